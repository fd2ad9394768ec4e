/** HTTP time-out < Lambda time-out: array and AWS are given up before Lambda gives up the function that calls them. */
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';

import { resolveEnvironment } from '../../infra/environments.ts';
import { agentQueuesFrom } from '../../shared/adapters/agents-sqs/agent-queues-from.ts';
import { agentsFrom } from '../../shared/adapters/agents-sqs/agents-sqs.ts';
import { flowsFrom } from '../../shared/adapters/flows-sfn/flows-from.ts';
import { arraysFrom } from '../../shared/adapters/sdp-http/arrays-from.ts';
import { createSdpHttp, type SdpHttpOptions } from '../../shared/adapters/sdp-http/sdp-http.ts';
import { storeFrom } from '../../shared/config/ports.ts';
import { systemClock } from '../../shared/ports/clock.ts';
import { silentLog } from '../../shared/ports/log.ts';
import { deployedNames, synthesizeExample } from './synthesized.ts';

vi.mock('../../shared/adapters/sdp-http/sdp-http.ts', () => ({
  createSdpHttp: vi.fn(({ credentials }: SdpHttpOptions) => ({ describe: () => credentials.current() })),
}));

/** Two calls in a row: what the shortest step makes before it could have noticed that the array is gone. */
const verbsInARow = 2;

const variables = {
  TABLE_NAME: 't',
  ENVIRONMENT: 'test',
  AWS_REGION: 'us-east-1',
  SDP_URL: 'https://array.test',
  SDP_SECRET_ID: 's',
  FLOW_ARN_PREFIX: 'arn:aws:states:us-east-1:000000000000:stateMachine:p-',
  AGENT_QUEUE_PREFIX: 'p',
  AGENT_ROLE_ARN: 'arn:aws:iam::000000000000:role/r',
};

/** Only the deployment's own array is asked, so the table is not. */
const askArray = async () => {
  const store = {
    getArray: () => Promise.resolve(undefined),
    listArrays: () => Promise.resolve([]),
    getDeploymentArray: () => Promise.resolve(undefined),
    getUnnamedArray: () => Promise.resolve(undefined),
  };
  const array = await arraysFrom(variables, { store, clock: systemClock, log: silentLog }).of('');
  return await array.describe();
};

/** Bound of one verb, as the deployed code passes it to the adapter; milliseconds. */
const verbTimeoutMs = async (): Promise<number> => {
  vi.spyOn(SecretsManagerClient.prototype, 'send').mockImplementation(async () => ({
    SecretString: JSON.stringify({ username: 'u', password: 'p' }),
  }));
  await askArray();
  return z.object({ verbTimeoutMs: z.number().positive() }).parse(vi.mocked(createSdpHttp).mock.calls[0]?.[0])
    .verbTimeoutMs;
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

const queueUrl = 'https://sqs.us-east-1.amazonaws.com/000000000000/q';
const unasked = { AGENT_ROLE_ARN: '', AGENT_STATIC_SECRET_ID: 's' };
/** Every way in which a function comes to a client of AWS, and one call over it. */
const clients = [
  { what: 'table', client: DynamoDBDocumentClient, call: () => storeFrom(variables).listOpenTasks() },
  { what: 'flows', client: SFNClient, call: () => flowsFrom(variables).heartbeat('token') },
  { what: 'queues of agents', client: SQSClient, call: () => agentQueuesFrom(variables).removeQueue(queueUrl) },
  { what: 'commands', client: SQSClient, call: () => agentsFrom(variables).send(queueUrl, {} as never) },
  { what: 'sessions', client: STSClient, call: () => agentQueuesFrom(variables).credentialsFor(queueUrl, 'h') },
  {
    what: 'static pairs',
    client: SecretsManagerClient,
    call: () => agentQueuesFrom({ ...variables, ...unasked }).credentialsFor(queueUrl, 'h'),
  },
  { what: "the array's secret", client: SecretsManagerClient, call: askArray },
] as const;

const Handler = z.object({
  connectionTimeout: z.number().positive(),
  requestTimeout: z.number().positive(),
  throwOnRequestTimeout: z.literal(true),
});

/** Settings of the client that a call went out by. */
async function settingsOf({ client, call }: (typeof clients)[number]) {
  const used: SFNClient['config'][] = [];
  vi.spyOn(client.prototype as SFNClient, 'send').mockImplementation(function (this: SFNClient) {
    used.push(this.config);
    throw new Error('far enough');
  });
  onTestFinished(() => void vi.restoreAllMocks());
  await expect(Promise.resolve().then<unknown>(call)).rejects.toThrow();
  expect(used).toHaveLength(1);
  const [config] = used;
  // The handler reads its settings at the first call.
  const handler = config?.requestHandler as unknown as { readonly configProvider: Promise<unknown> };
  return { ...Handler.parse(await handler.configProvider), attempts: (await config?.maxAttempts()) ?? 0 };
}

describe.each(clients)('a call of AWS for $what', (one) => {
  it('is given up before the shortest of the functions that wait for it', async () => {
    const { attempts, connectionTimeout, requestTimeout } = await settingsOf(one);
    expect(attempts).toBeGreaterThan(1);
    expect(connectionTimeout).toBeLessThan(requestTimeout);
    for (const name of [...deployedNames, 'embedded'] as const) {
      const { functionTimeoutSeconds } = resolveEnvironment(name, {
        account: '123456789012',
        array: { sdpUrl: 'https://array.test' },
      });
      for (const [group, seconds] of Object.entries(functionTimeoutSeconds))
        expect(attempts * requestTimeout, `${name} ${group}`).toBeLessThan(seconds * 1000);
    }
  });
});
