import { readFileSync } from 'node:fs';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { awsClientConfig } from '../../config/aws-client.ts';
import { ArrayEnvironment, type Environment, readEnvironment } from '../../config/environment.ts';
import type { ArrayAddress, ShownAddress } from '../../domain/array.ts';
import { DomainError } from '../../domain/errors.ts';
import type { ArrayConnector, Arrays } from '../../ports/arrays.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { SdpPort } from '../../ports/sdp.ts';
import type { ArrayStore } from '../../ports/store.ts';
import { credentialsFromSecret } from './credentials.ts';
import { readPresentedCertificate } from './presented-certificate.ts';
import { createSdpHttp } from './sdp-http.ts';
import { createSiteArrays } from './site-arrays.ts';

/**
 * Bound of one verb. A step calls a handful of verbs at most, and its function has 45 s: the array is given up before
 * Lambda gives the function up, so that no call outlives the step that made it.
 */
const verbTimeoutMs = 9000;
/** A handshake and nothing more. */
const certificateTimeoutMs = 5000;

/** The service answers for good: the name or the role is wrong. */
const lasting: ReadonlySet<string> = new Set([
  'ResourceNotFoundException',
  'InvalidRequestException',
  'InvalidParameterException',
  'ValidationException',
  'AccessDeniedException',
  'DecryptionFailure',
]);

/** Names of errors only: what the service says besides could quote the secret. */
const unreadable = (secretId: string, error: unknown): DomainError => {
  const name = error instanceof Error ? error.name : 'unknown';
  const code = lasting.has(name) ? 'ArrayRefused' : 'ArrayUnavailable';
  return new DomainError(code, `the array cannot be asked: its secret '${secretId}' cannot be read (${name})`);
};

function connectorOf(environment: Environment, log: Log): (address: ArrayAddress) => SdpPort {
  const secrets = new SecretsManagerClient(awsClientConfig(environment, 'SECRETS_MANAGER'));
  const secretText = async (secretId: string): Promise<string> => {
    try {
      const secret = await secrets.send(new GetSecretValueCommand({ SecretId: secretId }));
      return secret.SecretString ?? '';
    } catch (error) {
      throw unreadable(secretId, error);
    }
  };
  return ({ url, secretId, trust }) =>
    createSdpHttp({ url, trust, credentials: credentialsFromSecret(() => secretText(secretId)), verbTimeoutMs, log });
}

/** The deployment's own array, without its CA. */
function deploymentAddress(environment: Environment): ShownAddress | null {
  const { SDP_URL, SDP_SECRET_ID, SDP_CA_FILE, SDP_CERTIFICATE_SHA256 } = readEnvironment(
    ArrayEnvironment,
    environment,
  );
  if (SDP_URL === '') return null;
  const about = { url: SDP_URL, secretId: SDP_SECRET_ID };
  if (SDP_CERTIFICATE_SHA256 !== '')
    return { ...about, trust: { kind: 'fingerprint', sha256: SDP_CERTIFICATE_SHA256 } };
  return { ...about, trust: { kind: SDP_CA_FILE === '' ? 'system' : 'ca' } };
}

/** The CA is read at the first use: a layer or a mount may bring it after the function was made. */
const withCa = ({ trust, ...about }: ShownAddress, environment: Environment): ArrayAddress => ({
  ...about,
  trust: trust.kind === 'ca' ? { kind: 'ca', pem: readFileSync(environment['SDP_CA_FILE'] ?? '', 'utf8') } : trust,
});

export interface ArraysDeps {
  readonly store: Pick<ArrayStore, 'getArray' | 'listArrays' | 'getDeploymentArray' | 'getUnnamedArray'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Arrays as the table and the environment name them. Credentials are read at the first call to an array. */
export function arraysFrom(environment: Environment, { store, clock, log }: ArraysDeps): Arrays {
  const own = deploymentAddress(environment);
  const connect = connectorOf(environment, log);
  let port: SdpPort | undefined;
  const deployment = own === null ? null : { url: own.url, port: () => (port ??= connect(withCa(own, environment))) };
  return createSiteArrays({ store, clock, connect, deployment });
}

/** What the routes need that register arrays. */
export const arrayConnectorFrom = (environment: Environment, { log }: Pick<ArraysDeps, 'log'>): ArrayConnector => ({
  deployment: deploymentAddress(environment),
  connect: connectorOf(environment, log),
  presentedCertificate: (url) => readPresentedCertificate(url, certificateTimeoutMs),
});
