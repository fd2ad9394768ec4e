/** An array's account in Secrets Manager, where the functions read it. */
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { resolveEnvironment } from '../../infra/environments.ts';
import { clientConfig } from './client-config.ts';

/** Makes the secret, or replaces its value; the one that environment `local` names, when none is named. */
export async function keepArraySecret(
  endpoint: string,
  account: { readonly username: string; readonly password: string },
  name = resolveEnvironment('local').array.sdpSecretId,
): Promise<void> {
  const client = new SecretsManagerClient(clientConfig(endpoint));
  const SecretString = JSON.stringify(account);
  try {
    await client.send(new CreateSecretCommand({ Name: name, SecretString }));
  } catch (error) {
    if (!(error instanceof ResourceExistsException)) throw error;
    await client.send(new PutSecretValueCommand({ SecretId: name, SecretString }));
  } finally {
    client.destroy();
  }
}
