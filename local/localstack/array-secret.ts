/** The array's account in Secrets Manager, where the functions read it. */
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { resolveEnvironment } from '../../infra/environments.ts';
import { clientConfig } from './client-config.ts';

/** Makes the secret that environment `local` names, or replaces its value. */
export async function keepArraySecret(
  endpoint: string,
  account: { readonly username: string; readonly password: string },
): Promise<void> {
  const client = new SecretsManagerClient(clientConfig(endpoint));
  const name = resolveEnvironment('local').array.sdpSecretId;
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
