/** A service that takes calls and never answers: a function's client gives it up, after as many attempts as it says. */
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createStore } from '../../../shared/adapters/store-dynamodb/store.ts';
import { awsClientConfig } from '../../../shared/config/aws-client.ts';

let requests: number;
let server: Server;
beforeEach(async () => {
  requests = 0;
  server = createServer(() => {
    requests += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** As a function has it, but for how long an attempt may take. */
const hastyConfig = (service: string) => {
  const endpoint = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const environment = { TABLE_NAME: 't', ENVIRONMENT: 'test', AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL: endpoint };
  const config = awsClientConfig(environment, service);
  return { ...config, requestHandler: { ...config.requestHandler, requestTimeout: 30 } };
};

it('is a time-out after the last attempt', async () => {
  const config = hastyConfig('SFN');
  const client = new SFNClient(config);
  const call = client.send(new StartExecutionCommand({ stateMachineArn: 'arn:aws:states:us-east-1:0:stateMachine:m' }));
  await expect(call).rejects.toMatchObject({ name: 'TimeoutError' });
  expect(requests).toBe(config.maxAttempts);
  client.destroy();
});

it('is Busy when it is the table, so that a step is run again', async () => {
  const config = hastyConfig('DYNAMODB');
  await expect(createStore('t', config).listOpenTasks()).rejects.toMatchObject({ code: 'Busy', retryable: true });
  expect(requests).toBe(config.maxAttempts);
});
