import { readFile } from 'node:fs/promises';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod/mini';
import { awsClientConfig } from '../../config/aws-client.ts';
import { ArrayEnvironment, type Environment, readEnvironment } from '../../config/environment.ts';
import type { SdpPort } from '../../ports/sdp.ts';
import { createSdpHttp } from './sdp-http.ts';

/**
 * Bound of one verb. A step calls a handful of verbs at most, and its function has 45 s: the array is given up before
 * Lambda gives the function up, so that no call outlives the step that made it.
 */
const verbTimeoutMs = 9000;

const Credentials = z.object({ username: z.string(), password: z.string() });

async function connect(environment: Environment): Promise<SdpPort> {
  const { SDP_URL, SDP_SECRET_ID, SDP_CA_FILE } = readEnvironment(ArrayEnvironment, environment);
  const secrets = new SecretsManagerClient(awsClientConfig(environment, 'SECRETS_MANAGER'));
  const secret = await secrets.send(new GetSecretValueCommand({ SecretId: SDP_SECRET_ID }));
  const { username, password } = Credentials.parse(JSON.parse(secret.SecretString ?? '{}'));
  const ca = SDP_CA_FILE === '' ? {} : { caPem: await readFile(SDP_CA_FILE, 'utf8') };
  return createSdpHttp({ url: SDP_URL, user: username, password, requestTimeoutMs: verbTimeoutMs, ...ca });
}

/** The array of this deployment. Its credentials are read at the first call; a failed read is tried anew at the next. */
export function sdpFrom(environment: Environment): SdpPort {
  readEnvironment(ArrayEnvironment, environment);
  let connecting: Promise<SdpPort> | undefined;
  const array = (): Promise<SdpPort> => {
    connecting ??= connect(environment).catch((error: unknown) => {
      connecting = undefined;
      throw error;
    });
    return connecting;
  };
  return {
    describe: async () => (await array()).describe(),
    locateVolumes: async (serials) => (await array()).locateVolumes(serials),
    ensureHost: async (host) => (await array()).ensureHost(host),
    ensureSnapshot: async (name, source) => (await array()).ensureSnapshot(name, source),
    removeSnapshot: async (name) => (await array()).removeSnapshot(name),
    ensureView: async (name, snapshotName) => (await array()).ensureView(name, snapshotName),
    removeView: async (name) => (await array()).removeView(name),
    ensureMapping: async (viewName, hostName) => (await array()).ensureMapping(viewName, hostName),
    removeMappings: async (viewName) => (await array()).removeMappings(viewName),
  };
}
