import { expect, it } from 'vitest';
import { rewriteForInterpreter } from '../../../local/cloud/state-machines/asl-rewrite.ts';
import { aslMachine } from '../../../local/cloud/state-machines/asl-schema.ts';

const rewritten = (states: object) => rewriteForInterpreter(aslMachine.parse({ StartAt: 'A', States: states })).States;

it('leaves out a ResultPath of $, in catchers too', () => {
  const states = rewritten({
    A: {
      Type: 'Task',
      Resource: 'r',
      ResultPath: '$',
      TimeoutSeconds: 5,
      End: true,
      Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$', Next: 'A' }],
    },
  });
  expect(states['A']).toEqual({
    Type: 'Task',
    Resource: 'r',
    TimeoutSeconds: 5,
    End: true,
    Catch: [{ ErrorEquals: ['States.ALL'], Next: 'A' }],
  });
});

it('keeps a ResultPath of null', () => {
  expect(rewritten({ A: { Type: 'Pass', ResultPath: null, End: true } })['A']).toHaveProperty('ResultPath', null);
});

it("lifts the interpreter's own time-out of 60 seconds", () => {
  expect(rewritten({ A: { Type: 'Task', Resource: 'r', End: true } })['A']).toMatchObject({
    TimeoutSeconds: 2_000_000,
  });
});

it('rewrites inside Map and Parallel', () => {
  const inner = { StartAt: 'I', States: { I: { Type: 'Fail' } } };
  const states = rewritten({
    A: { Type: 'Map', Iterator: inner, Next: 'B' },
    B: { Type: 'Parallel', Branches: [inner], End: true },
  });
  const expected = { StartAt: 'I', States: { I: { Type: 'Fail', Error: '', Cause: '' } } };
  expect(states['A']).toMatchObject({ ItemProcessor: expected });
  expect(states['B']).toMatchObject({ Branches: [expected] });
});
