import {
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, functionArn, machineArn, startBed, until } from './step-functions-bed.ts';

const waiting = (functionName: string, more: object = {}): object => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
  Parameters: { FunctionName: functionArn(functionName), Payload: { 'token.$': '$$.Task.Token', 'input.$': '$' } },
  End: true,
  ...more,
});

const single = (state: object, more: object = {}): object => ({ StartAt: 'Only', States: { Only: state, ...more } });

let bed: Bed;
const tokens: string[] = [];
const entered: string[] = [];
const nextToken = (): Promise<string> => until('a task token', () => tokens.shift());
const answer = (taskToken: string, output: unknown): Promise<unknown> =>
  bed.client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) }));

class ArrayUnavailable extends Error {
  override readonly name = 'ArrayUnavailable';
}

beforeAll(async () => {
  let calls = 0;
  bed = await startBed({
    double: (event: { n: number }) => ({ n: event.n * 2 }),
    park: (event: { token: string }) => void tokens.push(event.token),
    answerAtOnce: async (event: { token: string }) => {
      await answer(event.token, 'early');
    },
    answerThenThrow: async (event: { token: string }) => {
      await answer(event.token, 'early');
      throw new ArrayUnavailable('after the answer');
    },
    flaky: () => {
      calls += 1;
      if (calls % 2 === 1) throw new ArrayUnavailable('try again');
      return 'done';
    },
    refuse: () => {
      throw new ArrayUnavailable('not today');
    },
    failOdd: (event: { index: number }) => {
      entered.push(`item-${event.index}`);
      if (event.index % 2 === 1) throw new ArrayUnavailable(`item ${event.index}`);
      return { ok: true };
    },
    never: () => new Promise(() => undefined),
  });
});
afterAll(() => bed.stop());

describe('plain tasks', () => {
  it('passes input through Parameters, ResultSelector, ResultPath and OutputPath', async () => {
    bed.add(
      'paths',
      single({
        Type: 'Task',
        Resource: functionArn('double'),
        InputPath: '$.inner',
        Parameters: { 'n.$': '$.value' },
        ResultSelector: { 'doubled.$': '$.n' },
        ResultPath: '$.result',
        OutputPath: '$.result.doubled',
        End: true,
      }),
    );
    expect((await bed.run('paths', { inner: { value: 21 } })).output).toBe('42');
  });

  it('retries by error name and counts it', async () => {
    bed.add(
      'retry',
      single({
        Type: 'Task',
        Resource: functionArn('flaky'),
        End: true,
        Retry: [{ ErrorEquals: ['ArrayUnavailable'], IntervalSeconds: 1, MaxAttempts: 1 }],
      }),
    );
    const ended = await bed.run('retry');
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: '"done"' });
    expect(bed.engine.executions.find(ended.executionArn ?? '').history.counts).toMatchObject({
      transitions: 1,
      retries: 1,
    });
  });

  it('hands error name and cause to Catch as Lambda does', async () => {
    bed.add(
      'catch',
      single(
        {
          Type: 'Task',
          Resource: functionArn('refuse'),
          End: true,
          Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'After' }],
        },
        { After: { Type: 'Pass', End: true } },
      ),
    );
    const { output } = await bed.run('catch', { kept: true });
    expect(JSON.parse(output ?? '')).toEqual({
      kept: true,
      failure: {
        Error: 'ArrayUnavailable',
        Cause: JSON.stringify({ errorMessage: 'not today', errorType: 'ArrayUnavailable' }),
      },
    });
  });

  it('fails the execution with the error nobody catches', async () => {
    bed.add('uncaught', single({ Type: 'Task', Resource: functionArn('refuse'), End: true }));
    expect(await bed.run('uncaught')).toMatchObject({ status: 'FAILED', error: 'ArrayUnavailable' });
  });

  it('treats a state time-out as States.Timeout and not as States.TaskFailed', async () => {
    bed.add(
      'slow',
      single(
        {
          Type: 'Task',
          Resource: functionArn('never'),
          TimeoutSeconds: 1,
          End: true,
          Catch: [
            { ErrorEquals: ['States.TaskFailed'], Next: 'Wrong' },
            { ErrorEquals: ['States.Timeout'], Next: 'Right' },
          ],
        },
        { Wrong: { Type: 'Fail' }, Right: { Type: 'Succeed' } },
      ),
    );
    expect((await bed.run('slow')).status).toBe('SUCCEEDED');
  });
});

describe('task tokens', () => {
  it('resumes with the reported output', async () => {
    bed.add('park', single(waiting('park')));
    const execution = await bed.start('park');
    await answer(await nextToken(), { reported: 1 });
    expect((await bed.ended(execution)).output).toBe('{"reported":1}');
  });

  it('honours a report that comes before the function returned', async () => {
    bed.add('early', single(waiting('answerAtOnce')));
    expect((await bed.run('early')).output).toBe('"early"');
  });

  it('fails the state when the function throws after the report', async () => {
    bed.add('late-throw', single(waiting('answerThenThrow')));
    expect(await bed.run('late-throw')).toMatchObject({ status: 'FAILED', error: 'ArrayUnavailable' });
  });

  it('gives each try a token of its own and refuses the spent one', async () => {
    bed.add(
      'tries',
      single(waiting('park', { Retry: [{ ErrorEquals: ['AgentFailed'], IntervalSeconds: 1, MaxAttempts: 1 }] })),
    );
    const execution = await bed.start('tries');
    const first = await nextToken();
    await bed.client.send(new SendTaskFailureCommand({ taskToken: first, error: 'AgentFailed', cause: 'once' }));
    const second = await nextToken();
    expect(second).not.toBe(first);
    await expect(answer(first, 1)).rejects.toMatchObject({ name: 'TaskTimedOut' });
    await answer(second, 2);
    expect((await bed.ended(execution)).output).toBe('2');
    await expect(answer(second, 3)).rejects.toMatchObject({ name: 'TaskTimedOut' });
  });

  it('fails a silent task by heartbeat, and only a silent one', async () => {
    bed.add('silent', single(waiting('park', { HeartbeatSeconds: 1, TimeoutSeconds: 60 })));
    const execution = await bed.start('silent');
    const token = await nextToken();
    await bed.client.send(new SendTaskHeartbeatCommand({ taskToken: token }));
    expect(await bed.ended(execution)).toMatchObject({ status: 'FAILED', error: 'States.HeartbeatTimeout' });
    await expect(bed.client.send(new SendTaskHeartbeatCommand({ taskToken: token }))).rejects.toMatchObject({
      name: 'TaskTimedOut',
    });
  });

  it('refuses a report after the state timed out', async () => {
    bed.add('overdue', single(waiting('park', { TimeoutSeconds: 1 })));
    const execution = await bed.start('overdue');
    const token = await nextToken();
    expect(await bed.ended(execution)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    await expect(answer(token, 1)).rejects.toMatchObject({ name: 'TaskTimedOut' });
  });

  it('names tokens that are no tokens, and those of executions it does not know', async () => {
    await expect(answer('nonsense', 1)).rejects.toMatchObject({ name: 'InvalidToken' });
    const lost = bed.engine.executions.tokens.issue('arn:aws:states:us-east-1:000000000000:execution:gone:gone');
    await expect(answer(lost, 1)).rejects.toMatchObject({ name: 'TaskDoesNotExist' });
  });
});

describe('flow control', () => {
  it('runs a Map whose iterations catch their own failures', async () => {
    bed.add('map', {
      StartAt: 'Each',
      States: {
        Each: {
          Type: 'Map',
          ItemsPath: '$.items',
          MaxConcurrency: 2,
          ItemSelector: { 'index.$': '$$.Map.Item.Index', 'item.$': '$$.Map.Item.Value' },
          End: true,
          ItemProcessor: {
            ProcessorConfig: { Mode: 'INLINE' },
            StartAt: 'Try',
            States: {
              Try: {
                Type: 'Task',
                Resource: functionArn('failOdd'),
                Next: 'Ok',
                ResultPath: '$.result',
                Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'NotOk' }],
              },
              Ok: { Type: 'Pass', Parameters: { ok: true, 'index.$': '$.index' }, End: true },
              NotOk: { Type: 'Pass', Parameters: { ok: false, 'error.$': '$.failure.Error' }, End: true },
            },
          },
        },
      },
    });
    const ended = await bed.run('map', { items: ['a', 'b', 'c'] });
    expect(JSON.parse(ended.output ?? '')).toEqual([
      { ok: true, index: 0 },
      { ok: false, error: 'ArrayUnavailable' },
      { ok: true, index: 2 },
    ]);
    expect(bed.engine.executions.find(ended.executionArn ?? '').history.counts.transitions).toBe(7);
  });

  it('gives the Error and Cause of a Fail state', async () => {
    bed.add('fail', single({ Type: 'Fail', Error: 'DestinationFailed', Cause: 'two of three' }));
    expect(await bed.run('fail')).toMatchObject({
      status: 'FAILED',
      error: 'DestinationFailed',
      cause: 'two of three',
    });
  });

  it('reads the Error and Cause of a Fail state from the input', async () => {
    bed.add('fail-path', single({ Type: 'Fail', ErrorPath: '$.failure.Error', CausePath: '$.failure.Cause' }));
    expect(await bed.run('fail-path', { failure: { Error: 'E', Cause: 'C' } })).toMatchObject({
      error: 'E',
      cause: 'C',
    });
  });

  it('matches IsPresent false, also inside And', async () => {
    bed.add(
      'absent',
      single(
        {
          Type: 'Choice',
          Choices: [
            {
              And: [
                { Variable: '$.a', IsPresent: false },
                { Variable: '$.b', IsPresent: true },
              ],
              Next: 'Yes',
            },
          ],
          Default: 'No',
        },
        { Yes: { Type: 'Succeed' }, No: { Type: 'Fail', Error: 'No' } },
      ),
    );
    expect((await bed.run('absent', { b: 1 })).status).toBe('SUCCEEDED');
    expect((await bed.run('absent', { a: 1, b: 1 })).status).toBe('FAILED');
  });

  it('runs Parallel branches and intrinsics, and knows the execution in the context', async () => {
    bed.add('parallel', {
      StartAt: 'Both',
      States: {
        Both: {
          Type: 'Parallel',
          End: true,
          Branches: [
            single({
              Type: 'Pass',
              Parameters: { 'text.$': "States.Format('{}-{}', $.n, $$.Execution.Name)" },
              End: true,
            }),
            {
              StartAt: 'Other',
              States: { Other: { Type: 'Task', Resource: functionArn('double'), ResultPath: '$', End: true } },
            },
          ],
        },
      },
    });
    const ended = await bed.ended(await bed.start('parallel', { n: 4 }, 'named'));
    expect(JSON.parse(ended.output ?? '')).toEqual([{ text: '4-named' }, { n: 8 }]);
  });

  it('stops, runs no Catch, and spends its tokens', async () => {
    bed.add(
      'stop',
      single(waiting('park', { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Undo' }] }), {
        Undo: { Type: 'Task', Resource: functionArn('double'), End: true },
      }),
    );
    const execution = await bed.start('stop');
    const token = await nextToken();
    await bed.client.send(new StopExecutionCommand({ executionArn: execution, error: 'Canceled', cause: 'by test' }));
    expect(await bed.ended(execution)).toMatchObject({ status: 'ABORTED', error: 'Canceled', cause: 'by test' });
    await expect(answer(token, 1)).rejects.toMatchObject({ name: 'TaskTimedOut' });
    const { events } = await bed.client.send(new GetExecutionHistoryCommand({ executionArn: execution }));
    expect(events?.map(({ type }) => type)).toEqual(['ExecutionStarted', 'TaskStateEntered', 'ExecutionAborted']);
  });

  it('times the whole execution out', async () => {
    bed.add('deadline', { ...single(waiting('park')), TimeoutSeconds: 1 });
    const execution = await bed.start('deadline');
    const token = await nextToken();
    expect((await bed.ended(execution)).status).toBe('TIMED_OUT');
    await expect(answer(token, 1)).rejects.toMatchObject({ name: 'TaskTimedOut' });
  });
});

describe('executions', () => {
  it('tells states entered and exited by name in the history', async () => {
    bed.add('history', single({ Type: 'Pass', Next: 'Last' }, { Last: { Type: 'Succeed' } }));
    const { executionArn } = await bed.run('history', { a: 1 });
    const { events } = await bed.client.send(new GetExecutionHistoryCommand({ executionArn: executionArn ?? '' }));
    expect(
      events?.map((event) => [event.type, event.stateEnteredEventDetails?.name ?? event.stateExitedEventDetails?.name]),
    ).toEqual([
      ['ExecutionStarted', undefined],
      ['PassStateEntered', 'Only'],
      ['PassStateExited', 'Only'],
      ['SucceedStateEntered', 'Last'],
      ['SucceedStateExited', 'Last'],
      ['ExecutionSucceeded', undefined],
    ]);
  });

  it('starts a name once: the same running input is the same execution, anything else is refused', async () => {
    bed.add('names', single(waiting('park')));
    const first = await bed.start('names', { a: 1 }, 'task-1');
    expect(await bed.start('names', { a: 1 }, 'task-1')).toBe(first);
    await expect(bed.start('names', { a: 2 }, 'task-1')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    await answer(await nextToken(), 1);
    await bed.ended(first);
    await expect(bed.start('names', { a: 1 }, 'task-1')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    await expect(bed.start('names', {}, 'a b')).rejects.toMatchObject({ name: 'InvalidName' });
    await expect(bed.start('nowhere')).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' });
  });

  it('runs 50 at once', async () => {
    bed.add(
      'many',
      single(
        { Type: 'Task', Resource: functionArn('double'), Next: 'Again' },
        { Again: { Type: 'Task', Resource: functionArn('double'), End: true } },
      ),
    );
    const started = await Promise.all(Array.from({ length: 50 }, (_, n) => bed.start('many', { n }, `many-${n}`)));
    const ended = await Promise.all(started.map((arn) => bed.ended(arn)));
    expect(ended.map(({ output }) => output)).toEqual(
      Array.from({ length: 50 }, (_, n) => JSON.stringify({ n: n * 4 })),
    );
    const pages = await bed.client.send(
      new ListExecutionsCommand({ stateMachineArn: machineArn('many'), statusFilter: 'SUCCEEDED', maxResults: 30 }),
    );
    expect([pages.executions?.length, pages.nextToken]).toEqual([30, '30']);
  });
});
