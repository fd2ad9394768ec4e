import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStepFunctions, type StepFunctions } from '../../../local/cloud/state-machines/step-functions.ts';
import { createFlows } from '../../../shared/adapters/flows-sfn/flows-sfn.ts';
import type { FlowsPort } from '../../../shared/ports/flows.ts';
import { until } from '../cloud/step-functions-bed.ts';

const arnPrefix = 'arn:aws:states:us-east-1:000000000000:stateMachine:reprise-test-';
const waiting = (timing: object = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
  Parameters: {
    FunctionName: 'arn:aws:lambda:us-east-1:000000000000:function:park',
    Payload: { 'id.$': '$.request_id', 'token.$': '$$.Task.Token' },
  },
  TimeoutSeconds: 60,
  ...timing,
  End: true,
});
const machine = (state: object) => JSON.stringify({ StartAt: 'One', States: { One: state } });

let engine: StepFunctions;
let flows: FlowsPort;
let client: SFNClient;
const tokens = new Map<string, string>();
const starts: string[] = [];

beforeAll(async () => {
  engine = await startStepFunctions(
    (_, payload) => {
      const { id, token } = payload as { id: string; token: string };
      starts.push(id);
      tokens.set(id, token);
      return Promise.resolve({});
    },
    (message, cause) => {
      throw new Error(message, { cause });
    },
  );
  engine.load(
    [
      { name: 'create-clone', arn: `${arnPrefix}create-clone`, definition: machine(waiting()) },
      { name: 'unwind', arn: `${arnPrefix}unwind`, definition: machine({ Type: 'Fail', Error: 'NotUndone' }) },
      { name: 'delete-clone', arn: `${arnPrefix}delete-clone`, definition: machine(waiting({ TimeoutSeconds: 1 })) },
    ],
    new Set(['park']),
  );
  const config = {
    endpoint: engine.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  };
  flows = createFlows(arnPrefix, config);
  client = new SFNClient(config);
});
afterAll(async () => {
  client.destroy();
  await engine.stop();
});

const input = (requestId: string) => ({ request_id: requestId, attempt: 1, destinations: [0, 1] });
const tokenOf = (requestId: string): Promise<string> => until(`a token for ${requestId}`, () => tokens.get(requestId));
const becomes = (
  flow: 'create-clone' | 'unwind' | 'delete-clone',
  requestId: string,
  wanted: string,
): Promise<string> =>
  until(`${requestId} is ${wanted}`, async () => {
    const status = await flows.status(flow, requestId, 1);
    return status === wanted ? status : undefined;
  });

describe('starting and following a flow', () => {
  it('is missing, runs, hears the answer to its token once, and succeeds', async () => {
    expect(await flows.status('create-clone', 'r1', 1)).toBe('missing');
    await flows.start('create-clone', input('r1'));
    const token = await tokenOf('r1');
    expect(await flows.status('create-clone', 'r1', 1)).toBe('running');
    expect(await flows.status('create-clone', 'r1', 2)).toBe('missing');
    expect(await flows.heartbeat(token)).toBe('heard');
    expect(await flows.succeed(token, { a: 1 })).toBe('heard');
    expect(await flows.succeed(token, {})).toBe('gone');
    expect(await flows.fail(token, 'E', 'c')).toBe('gone');
    expect(await flows.heartbeat(token)).toBe('gone');
    await becomes('create-clone', 'r1', 'succeeded');
  });

  it('starts one attempt once, however often it is asked, also at the same time and after its end', async () => {
    await Promise.all([flows.start('create-clone', input('r2')), flows.start('create-clone', input('r2'))]);
    const token = await tokenOf('r2');
    await flows.start('create-clone', input('r2'));
    await flows.succeed(token, {});
    await becomes('create-clone', 'r2', 'succeeded');
    await flows.start('create-clone', input('r2'));
    expect(await flows.status('create-clone', 'r2', 1)).toBe('succeeded');
    expect(starts.filter((id) => id === 'r2')).toHaveLength(1);
  });

  it('fails by its token', async () => {
    await flows.start('create-clone', input('r3'));
    expect(await flows.fail(await tokenOf('r3'), 'AgentFailed', 'no device')).toBe('heard');
    await becomes('create-clone', 'r3', 'failed');
  });

  it('fails by itself', async () => {
    await flows.start('unwind', input('r4'));
    await becomes('unwind', 'r4', 'failed');
  });

  it('is stopped from outside, and nobody waits under its token', async () => {
    await flows.start('create-clone', input('r5'));
    const token = await tokenOf('r5');
    await client.send(
      new StopExecutionCommand({
        executionArn: `${arnPrefix.replace(':stateMachine:', ':execution:')}create-clone:r5-1`,
      }),
    );
    await becomes('create-clone', 'r5', 'stopped');
    expect(await flows.succeed(token, {})).toBe('gone');
  });

  it('times out, and nobody waits under its token', async () => {
    await flows.start('delete-clone', input('r6'));
    const token = await tokenOf('r6');
    await until('the state times out', async () =>
      (await flows.status('delete-clone', 'r6', 1)) === 'running' ? undefined : true,
    );
    expect(await flows.succeed(token, {})).toBe('gone');
  });

  it('takes a token that never was for gone', async () => {
    expect(await flows.succeed('never', {})).toBe('gone');
  });

  it('does not hide a flow that does not exist', async () => {
    await expect(flows.start('delete-snapshot', input('r7'))).rejects.toMatchObject({
      name: 'StateMachineDoesNotExist',
    });
  });
});
