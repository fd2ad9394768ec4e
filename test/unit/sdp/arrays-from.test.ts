/** The deployment's own array out of the environment and Secrets Manager. */
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { arrayConnectorFrom, arraysFrom } from '../../../shared/adapters/sdp-http/arrays-from.ts';
import { systemClock } from '../../../shared/ports/clock.ts';
import { silentLog } from '../../../shared/ports/log.ts';

const environment = {
  TABLE_NAME: 't',
  ENVIRONMENT: 'test',
  AWS_REGION: 'us-east-1',
  // Nobody is asked before the credentials are there.
  SDP_URL: 'https://127.0.0.1:1',
  SDP_SECRET_ID: 'reprise/sdp',
};
const deps = {
  store: {
    getArray: () => Promise.resolve(undefined),
    listArrays: () => Promise.resolve([]),
    getDeploymentArray: () => Promise.resolve(undefined),
    getUnnamedArray: () => Promise.resolve(undefined),
  },
  clock: systemClock,
  log: silentLog,
};
const planted = 'planted-Secret-3k9f';

afterEach(() => void vi.restoreAllMocks());

const secretsAnswer = (answer: () => unknown) =>
  vi.spyOn(SecretsManagerClient.prototype, 'send').mockImplementation(async () => answer());

class ServiceError extends Error {
  constructor(name: string) {
    super(`it was ${planted}`);
    this.name = name;
  }
}

/** Everything that a log or an answer could show of an error. */
const shown = (error: unknown): string =>
  error instanceof Error ? `${error.message} ${error.stack ?? ''} ${shown(error.cause)}` : String(error);

const failure = async (): Promise<unknown> => {
  const array = await arraysFrom(environment, deps).of('');
  return await array.describe().then(
    () => undefined,
    (error: unknown) => error,
  );
};

describe('a secret that cannot be used', () => {
  it.each([
    ['is not there', 'ResourceNotFoundException', 'ArrayRefused'],
    ['may not be read', 'AccessDeniedException', 'ArrayRefused'],
    ['cannot be had now', 'InternalServiceError', 'ArrayUnavailable'],
    ['cannot be reached', 'TimeoutError', 'ArrayUnavailable'],
  ])('because it %s is named, and nothing of it', async (_, name, code) => {
    secretsAnswer(() => {
      throw new ServiceError(name);
    });
    const error = await failure();
    expect(error).toMatchObject({ code });
    expect(shown(error)).toContain(`its secret 'reprise/sdp' cannot be read (${name})`);
    expect(shown(error)).not.toContain(planted);
  });

  it.each([
    ['is no JSON', `{"password":"${planted}`],
    ['is other JSON', JSON.stringify({ user: 'u', pass: planted })],
    ['is empty', ''],
  ])('because it %s gives nothing of it away', async (_, SecretString) => {
    secretsAnswer(() => ({ SecretString }));
    const error = await failure();
    expect(error).toMatchObject({ code: 'ArrayRefused' });
    expect(shown(error)).not.toContain(planted);
  });
});

describe('the environment', () => {
  it.each([
    ['a CA', { SDP_CA_FILE: '/ca.pem' }, { kind: 'ca' }],
    ['a fingerprint', { SDP_CERTIFICATE_SHA256: 'ab' }, { kind: 'fingerprint', sha256: 'ab' }],
    ['neither', {}, { kind: 'system' }],
  ])('says what the array is trusted by: %s', (_, more, trust) => {
    const { deployment } = arrayConnectorFrom({ ...environment, ...more }, deps);
    expect(deployment).toEqual({ url: environment.SDP_URL, secretId: 'reprise/sdp', trust });
  });

  it('may name no array', async () => {
    const bare = { ...environment, SDP_URL: '' };
    expect(arrayConnectorFrom(bare, deps).deployment).toBeNull();
    expect(arraysFrom(bare, deps).own()).toBeNull();
  });

  it.each([
    ['an array without a secret', { SDP_SECRET_ID: '' }, 'SDP_SECRET_ID'],
    ['two ways to trust it', { SDP_CA_FILE: '/ca.pem', SDP_CERTIFICATE_SHA256: 'ab' }, 'SDP_CERTIFICATE_SHA256'],
  ])('is refused at once when it names %s', (_, more, variable) => {
    expect(() => arraysFrom({ ...environment, ...more }, deps)).toThrow(variable);
  });
});
