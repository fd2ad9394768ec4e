/** How the SDK's clients of this machine reach a LocalStack: the account and region that every local engine answers to. */
export const clientConfig = (endpoint: string) => ({
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});
