/**
 * Takes the place of `@aws-sdk/credential-provider-node` in the bundles. Lambda always hands credentials over in the
 * environment, so the SSO, profile, process, web identity and instance metadata providers (136 kB) would never run.
 * Read at every call, because a role's session is replaced while the process lives.
 */
interface EnvironmentCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Same export as the module it replaces. The provider rejects when the key pair is not in the environment. */
export const defaultProvider = () => (): Promise<EnvironmentCredentials> => {
  const accessKeyId = process.env['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = process.env['AWS_SECRET_ACCESS_KEY'];
  const sessionToken = process.env['AWS_SESSION_TOKEN'];
  if (!accessKeyId || !secretAccessKey) return Promise.reject(new Error('no AWS credentials in the environment'));
  return Promise.resolve({ accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) });
};
