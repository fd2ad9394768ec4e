/** HTTP time-out < Lambda time-out: the array is given up before Lambda gives up the function that calls it. */
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';

// eslint-disable-next-line boundaries/dependencies -- a test, although its folder is named like the element infra
import { createSdpHttp } from '../../shared/adapters/sdp-http/sdp-http.ts';
// eslint-disable-next-line boundaries/dependencies -- a test, although its folder is named like the element infra
import { sdpFrom } from '../../shared/adapters/sdp-http/sdp-from.ts';
import { deployedNames, synthesizeExample } from './synthesized.ts';

vi.mock('../../shared/adapters/sdp-http/sdp-http.ts', () => ({ createSdpHttp: vi.fn(() => ({ describe: vi.fn() })) }));

/** Two calls in a row: what the shortest step makes before it could have noticed that the array is gone. */
const verbsInARow = 2;

/** Bound of one verb, as the deployed code passes it to the adapter; milliseconds. */
const verbTimeoutMs = async (): Promise<number> => {
  vi.spyOn(SecretsManagerClient.prototype, 'send').mockImplementation(async () => ({
    SecretString: JSON.stringify({ username: 'u', password: 'p' }),
  }));
  const variables = { TABLE_NAME: 't', ENVIRONMENT: 'test', AWS_REGION: 'us-east-1' };
  await sdpFrom({ ...variables, SDP_URL: 'https://array.test', SDP_SECRET_ID: 's' }).describe();
  return z.object({ requestTimeoutMs: z.number().positive() }).parse(vi.mocked(createSdpHttp).mock.calls[0]?.[0])
    .requestTimeoutMs;
};

describe.each(deployedNames)('functions that call the array, %s', (name) => {
  it('have time for more than one call that the array does not answer', async () => {
    const callers = synthesizeExample(name)
      .ofType('AWS::Lambda::Function')
      .filter(({ properties }) => JSON.stringify(properties['Environment']).includes('"SDP_URL"'));
    expect(callers).not.toEqual([]);
    const needed = (verbsInARow * (await verbTimeoutMs())) / 1000;
    for (const { properties } of callers)
      expect(Number(properties['Timeout']), String(properties['FunctionName'])).toBeGreaterThan(needed);
  });
});
