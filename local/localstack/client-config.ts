/** How the SDK's clients of this machine reach a LocalStack: the account and region that every local engine answers to. */
export function clientConfig(endpoint: string) {
  // The SDK's advice about node versions is for whoever builds functions, not for whoever runs them here.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  return { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
}
