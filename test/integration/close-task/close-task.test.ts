/** The closer of tasks on a real table: which ends of executions it repairs, and which it leaves to the sweeper. */
import { describe, expect, it } from 'vitest';
import { closeTask } from '../../../functions/events/close-task/close-task.ts';
import { eventGrants } from '../../../infra/grants/events.ts';
import { createStore } from '../../../shared/adapters/store-dynamodb/store.ts';
import type { Effect } from '../../../shared/domain/effect.ts';
import { maxForwardAttempts } from '../../../shared/domain/recovery.ts';
import type { Task } from '../../../shared/domain/task.ts';
import { silentLog } from '../../../shared/ports/log.ts';
import { actingAs } from '../../api/acting-as.ts';
import { useDatabase } from '../../api/test-database.ts';
import { recordingFlows } from '../../builders/recording-flows.ts';
import { aCloneDeletion, anAuditEntry, anEffect, aTask, noGuards } from '../../builders/task.ts';

const freshTable = useDatabase();
const flowArnPrefix = 'arn:aws:states:us-east-1:000000000000:stateMachine:reprise-test-';
const nowSeconds = 2000;
const requestId = 'request-1';
/** Touched a second ago: within the sweeper's grace. */
const young = { updatedAtSeconds: nowSeconds - 1 };

interface Ended {
  readonly status?: string;
  readonly attempt?: number;
  readonly flow?: string;
  readonly name?: string;
}
const eventOf = ({ status = 'ABORTED', attempt = 1, flow = 'create-clone', name }: Ended = {}) => ({
  version: '0',
  source: 'aws.states',
  'detail-type': 'Step Functions Execution Status Change',
  detail: {
    executionArn: 'arn:aws:states:us-east-1:000000000000:execution:any',
    stateMachineArn: `${flowArnPrefix}${flow}`,
    name: name ?? `${requestId}-${String(attempt)}`,
    status,
    input: '{}',
  },
});

async function bed(task?: Partial<Task>, effects: readonly Partial<Effect>[] = []) {
  const table = await freshTable();
  const store = createStore(table.name, table.config);
  const recorded = aTask({ requestId, ...task });
  if (task !== undefined) await store.recordTask(recorded, anAuditEntry(), noGuards);
  for (const effect of effects) await store.intend(anEffect({ requestId, ...effect }), recorded.attempt);
  const flows = recordingFlows();
  const deps = {
    store,
    flows: { ...flows, status: () => Promise.reject(new Error('the event has said how it ended')) },
    clock: { nowMilliseconds: () => nowSeconds * 1000 },
    log: silentLog,
    settings: { startGraceSeconds: 15, flowArnPrefix },
  };
  table.forgetCalls();
  const hear = (event: unknown) => closeTask(deps, event);
  return { table, store, flows, hear, task: () => store.getTask(requestId) };
}

describe('an execution that ended and left its task open', () => {
  it.each([
    ['ABORTED', 'the execution stopped'],
    ['TIMED_OUT', 'the execution stopped'],
    ['FAILED', 'the execution failed'],
    ['SUCCEEDED', 'the execution succeeded'],
  ])('%s: the task is unwound at once, however young', async (status, error) => {
    const { hear, flows, task } = await bed(young);
    expect(await hear(eventOf({ status }))).toBe('next-attempt');
    expect(flows.started).toEqual([
      { flow: 'unwind', input: { request_id: requestId, attempt: 2, destinations: [0] } },
    ]);
    expect(await task()).toMatchObject({ attempt: 2, phase: 'unwind', error });
  });

  it('is repaired once when the event comes twice, one after the other or together', async () => {
    const { hear, flows, task } = await bed(young);
    await Promise.all([hear(eventOf()), hear(eventOf())]);
    expect(await hear(eventOf())).toBe('leave');
    expect(flows.started).toMatchObject([{ flow: 'unwind', input: { attempt: 2 } }]);
    expect(await task()).toMatchObject({ attempt: 2 });
  });

  it('asks the table for no more than it is granted', async () => {
    const { hear, flows } = await bed({ ...young, plan: aCloneDeletion(), pastPointOfNoReturn: true }, [
      { kind: 'detach', effectId: 'detach' },
    ]);
    const refusals: string[] = [];
    const actor = {
      functionName: 'events-close-task',
      grants: eventGrants['close-task'],
      onRefusal: (what: string) => refusals.push(what),
    };
    await actingAs(actor, () => hear(eventOf({ flow: 'delete-clone' })));
    expect({ refusals, started: flows.started.length }).toEqual({ refusals: [], started: 1 });
  });
});

describe('nothing is done about', () => {
  const unchanged = async (
    task: Partial<Task> | undefined,
    event: unknown,
    effects: readonly Partial<Effect>[] = [],
  ) => {
    const { hear, flows, table } = await bed(task, effects);
    const before = await table.rows();
    expect(await hear(event)).toBe('leave');
    expect([await table.rows(), flows.started, flows.signals]).toEqual([before, [], []]);
  };

  it.each<[string, Partial<Task> | undefined, Ended]>([
    ['an attempt that was superseded', { ...young, attempt: 3 }, { attempt: 2 }],
    ['an attempt nobody made', young, { attempt: 2 }],
    ['a task that is done', { ...young, state: 'done' }, { status: 'SUCCEEDED' }],
    ['a task that failed', { ...young, state: 'failed', phase: 'unwind' }, { flow: 'unwind' }],
    ['an unknown task', undefined, {}],
    ['an execution with a name of its own', young, { name: 'try-by-hand' }],
    ['an execution of another machine under the same name', young, { flow: 'unwind' }],
    ['an execution of another environment', young, { flow: '../reprise-other-create-clone' }],
  ])('%s', async (_what, task, ended) => {
    await unchanged(task, eventOf(ended));
  });

  it.each<[string, Partial<Task>, Ended]>([
    [
      'an unwind that failed just now: it may fail again, event after event',
      { ...young, phase: 'unwind', attempt: 2 },
      { status: 'FAILED', flow: 'unwind', attempt: 2 },
    ],
    [
      'a flow that may only go forward and failed just now',
      { ...young, pastPointOfNoReturn: true, error: 'refused' },
      { status: 'FAILED' },
    ],
    [
      'a task that says itself that it needs attention',
      { updatedAtSeconds: 1000, state: 'needs_attention', phase: 'unwind', attempt: 2 },
      { status: 'FAILED', flow: 'unwind', attempt: 2 },
    ],
  ])('%s', async (_what, task, ended) => {
    await unchanged(task, eventOf(ended));
  });

  it.each(['ABORTED', 'TIMED_OUT'])(
    'an execution that is %s while its step may still make something on the array',
    async (status) => {
      await unchanged(young, eventOf({ status }), [{ kind: 'array-snapshot', effectId: 'array-snapshot-1-0' }]);
    },
  );
});

describe('what may end the same way again', () => {
  it('is driven on once the grace is over', async () => {
    const forward = await bed({ updatedAtSeconds: 1985, pastPointOfNoReturn: true });
    expect(await forward.hear(eventOf({ status: 'FAILED' }))).toBe('next-attempt');
    expect(forward.flows.started).toMatchObject([{ flow: 'create-clone', input: { attempt: 2 } }]);
    const back = await bed({ updatedAtSeconds: 1985, phase: 'unwind', attempt: 2 });
    expect(await back.hear(eventOf({ status: 'TIMED_OUT', flow: 'unwind', attempt: 2 }))).toBe('next-attempt');
    expect(back.flows.started).toMatchObject([{ flow: 'unwind', input: { attempt: 3 } }]);
  });

  it('is driven on at once when a person has stopped it', async () => {
    const forward = await bed({ ...young, pastPointOfNoReturn: true });
    expect(await forward.hear(eventOf())).toBe('next-attempt');
    expect(forward.flows.started).toMatchObject([{ flow: 'create-clone', input: { attempt: 2 } }]);
    const back = await bed({ ...young, phase: 'unwind', attempt: 2 }, [{ kind: 'view', effectId: 'view-0-0' }]);
    expect(await back.hear(eventOf({ flow: 'unwind', attempt: 2 }))).toBe('next-attempt');
    expect(back.flows.started).toMatchObject([{ flow: 'unwind', input: { attempt: 3 } }]);
  });

  it('is left to people after the last attempt', async () => {
    const { hear, task, flows } = await bed({ ...young, pastPointOfNoReturn: true, attempt: maxForwardAttempts });
    expect(await hear(eventOf({ attempt: maxForwardAttempts }))).toBe('give-up');
    expect(await task()).toMatchObject({ state: 'needs_attention', error: 'the execution stopped' });
    expect(flows.started).toEqual([]);
  });
});

describe('what is no such event is refused', () => {
  const good = eventOf();
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a text', 'ABORTED'],
    ['another source', { ...good, source: 'reprise' }],
    ['another event of the same source', { ...good, 'detail-type': 'Step Functions Something Else' }],
    ['no detail', { ...good, detail: null }],
    ['an execution that still runs', eventOf({ status: 'RUNNING' })],
    ['no name', { ...good, detail: { ...good.detail, name: undefined } }],
  ])('%s', async (_what, event) => {
    const { hear, table } = await bed(young);
    await expect(hear(event)).rejects.toThrow();
    expect(table.calls()).toEqual([]);
  });
});
