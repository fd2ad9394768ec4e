import { describe, expect, it } from 'vitest';
import { loadMachine, MachineRefused } from '../../../local/cloud/state-machines/load-machine.ts';

const arn = 'arn:aws:lambda:us-east-1:000000000000:function:freeze';
const task = { Type: 'Task', Resource: arn, End: true };
const waiting = {
  Type: 'Task',
  End: true,
  Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
  Parameters: { FunctionName: arn, Payload: { 'token.$': '$$.Task.Token' } },
};
const load = (definition: object) =>
  loadMachine(
    {
      name: 'flow',
      arn: 'arn:aws:states:us-east-1:000000000000:stateMachine:flow',
      definition: JSON.stringify(definition),
    },
    new Set(['freeze']),
  );
const withState = (state: object, more: object = {}) => load({ StartAt: 'Only', States: { Only: state, ...more } });
const mapOf = (inner: object, more: object = {}) => ({
  Type: 'Map',
  End: true,
  ItemProcessor: { StartAt: 'Inner', States: { Inner: inner } },
  ...more,
});

describe('what runs', () => {
  it('plans plain and waiting tasks, in Map iterations too', () => {
    const { tasks } = load({
      StartAt: 'A',
      States: {
        A: { ...task, End: undefined, Next: 'B' },
        B: mapOf({ ...waiting, HeartbeatSeconds: 5, TimeoutSeconds: 9 }),
      },
    });
    expect([...tasks]).toEqual([
      ['A', { kind: 'lambda', functionName: 'freeze' }],
      [
        'Inner',
        {
          kind: 'wait-for-token',
          functionName: 'freeze',
          tokenPath: ['Payload', 'token'],
          heartbeatSeconds: 5,
          timeoutSeconds: 9,
        },
      ],
    ]);
  });

  it.each([
    [
      "the execution's input at the top",
      { Type: 'Pass', Parameters: { 'id.$': '$$.Execution.Input.request_id' }, End: true },
    ],
    [
      'the item in ItemSelector',
      mapOf(task, { ItemSelector: { 'i.$': '$$.Map.Item.Index', 'id.$': '$$.Execution.Input.request_id' } }),
    ],
    [
      "the execution's name in an iteration",
      mapOf({ Type: 'Pass', Parameters: { 'n.$': "States.Format('{}', $$.Execution.Name)" }, End: true }),
    ],
  ])('takes %s', (_what, state) => {
    expect(withState(state).name).toBe('flow');
  });
});

describe('what is refused, by name', () => {
  it.each<[string, object, string]>([
    ['JSONata on a state', { ...task, QueryLanguage: 'JSONata' }, 'QueryLanguage'],
    ['Assign', { ...task, Assign: { a: 1 } }, 'Assign'],
    ['Arguments', { ...task, Arguments: {} }, 'Arguments'],
    [
      'a distributed Map',
      {
        ...mapOf(task),
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'I',
          States: { I: task },
        },
      },
      'ProcessorConfig',
    ],
    ['ItemReader', mapOf(task, { ItemReader: {} }), 'ItemReader'],
    ['ToleratedFailureCount', mapOf(task, { ToleratedFailureCount: 1 }), 'ToleratedFailureCount'],
    ['TimeoutSecondsPath', { ...task, TimeoutSecondsPath: '$.t' }, 'TimeoutSecondsPath'],
    ['another integration', { ...task, Resource: 'arn:aws:states:::sqs:sendMessage' }, 'sqs:sendMessage is neither'],
    ['an activity', { ...task, Resource: 'arn:aws:states:us-east-1:000000000000:activity:a' }, 'neither a Lambda ARN'],
    [
      'a function the app lacks',
      { ...task, Resource: arn.replace('freeze', 'thaw') },
      'function thaw, which the app does not have',
    ],
    [
      'waiting without a token',
      { ...waiting, Parameters: { FunctionName: arn, 'Payload.$': '$' } },
      'nobody could ever answer',
    ],
    [
      'waiting with two tokens',
      { ...waiting, Parameters: { FunctionName: arn, Payload: { 'a.$': '$$.Task.Token', 'b.$': '$$.Task.Token' } } },
      'only once',
    ],
    [
      'a computed function name',
      { ...waiting, Parameters: { 'FunctionName.$': '$.f', Payload: { 'a.$': '$$.Task.Token' } } },
      'FunctionName',
    ],
    ['a heartbeat without a token', { ...task, HeartbeatSeconds: 5 }, 'needs a task token'],
    [
      'a heartbeat over the time-out',
      { ...waiting, HeartbeatSeconds: 9, TimeoutSeconds: 9 },
      'less than TimeoutSeconds',
    ],
    ['$$.State', { Type: 'Pass', Parameters: { 'a.$': '$$.State.Name' }, End: true }, '$$.State.Name is not provided'],
    [
      '$$.Map outside ItemSelector',
      mapOf({ Type: 'Pass', Parameters: { 'a.$': '$$.Map.Item.Index' }, End: true }),
      'ItemSelector',
    ],
    [
      '$$.Execution.Input in an iteration',
      mapOf({ Type: 'Pass', Parameters: { 'a.$': '$$.Execution.Input.a' }, End: true }),
      'inside Map or Parallel',
    ],
    [
      'a token in a Pass',
      { Type: 'Pass', Parameters: { 'a.$': '$$.Task.Token' }, End: true },
      'only in the Parameters of a Task',
    ],
    ['a falsy Result', { Type: 'Pass', Result: false, End: true }, 'Result is false'],
    [
      'an unknown choice operator',
      { Type: 'Choice', Choices: [{ Not: { Condition: '{% true %}' }, Next: 'Only' }] },
      'Condition',
    ],
    ['a transition to nowhere', { Type: 'Pass', Next: 'Gone' }, 'leads to Gone'],
    ['a catcher to nowhere', { ...task, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Gone' }] }, 'leads to Gone'],
    ['no transition', { Type: 'Pass' }, 'neither Next nor End'],
    ['an unknown type', { Type: 'Loop', End: true }, 'Invalid'],
  ])('%s', (_what, state, words) => {
    expect(() => withState(state)).toThrow(MachineRefused);
    expect(() => withState(state)).toThrow(words);
  });

  it('JSONata for the whole machine', () => {
    expect(() => load({ QueryLanguage: 'JSONata', StartAt: 'A', States: { A: task } })).toThrow('QueryLanguage');
  });

  it('a state name used twice', () => {
    expect(() =>
      withState({ Type: 'Parallel', End: true, Branches: [{ StartAt: 'Only', States: { Only: task } }] }),
    ).toThrow('unique');
  });

  it('every reason at once', () => {
    expect(() => withState({ ...task, Resource: arn.replace('freeze', 'thaw'), End: undefined, Next: 'Gone' })).toThrow(
      /Gone[^]*thaw/,
    );
  });
});
