import { describe, expect, it } from 'vitest';
import type { Effect } from '../../../shared/domain/effect.ts';
import type { Task } from '../../../shared/domain/task.ts';
import { afterFailure, startAttempt } from '../../../shared/use-cases/attempts.ts';
import { recordingFlows } from '../../builders/recording-flows.ts';
import { aCloneDeletion, aClonePlan, anEffect, aSnapshotDeletion, aSnapshotPlan, aTask } from '../../builders/task.ts';

const removal = anEffect({ effectId: 'remove-array-snapshot-0', kind: 'remove-array-snapshot' });

function bed(effects: readonly Effect[], claim: 'claimed' | 'lost' = 'claimed') {
  const flows = recordingFlows();
  const noted: string[] = [];
  const claims: { readonly from: number; readonly phase: string; readonly error: string }[] = [];
  const deps = (task: Task) => ({
    flows,
    clock: { nowMilliseconds: () => 2_000_000 },
    store: {
      listEffects: () => Promise.resolve(effects),
      noteError(_: string, error: string) {
        noted.push(error);
        return Promise.resolve();
      },
      claimAttempt({ attempt: from }: Pick<Task, 'attempt'>, phase: Task['phase'], error: string) {
        claims.push({ from, phase, error });
        return Promise.resolve(claim === 'lost' ? undefined : { ...task, attempt: from + 1, phase });
      },
    },
  });
  return { deps, flows, noted, claims };
}

describe('starting an attempt', () => {
  it('names task, attempt and the indices of the destinations only', async () => {
    const flows = recordingFlows();
    const destinations = ['a', 'b'].map((dbName) => ({ hostId: 'host-2', dbName, sourceDbId: '5' }));
    await startAttempt({ flows }, aTask({ plan: aClonePlan({ destinations }), attempt: 3 }));
    await startAttempt({ flows }, aTask({ plan: aCloneDeletion() }));
    await startAttempt({ flows }, aTask({ phase: 'unwind' }));
    expect(flows.started).toEqual([
      { flow: 'create-clone', input: { request_id: 'request-1', attempt: 3, destinations: [0, 1] } },
      { flow: 'delete-clone', input: { request_id: 'request-1', attempt: 1, destinations: [] } },
      { flow: 'unwind', input: { request_id: 'request-1', attempt: 1, destinations: [0] } },
    ]);
  });
});

describe('after a failure', () => {
  it.each<[string, Partial<Task>, readonly Effect[]]>([
    ['of a clone before its point of no return', {}, [anEffect({ state: 'done' })]],
    ['of a clone before anything was done', {}, []],
    ['of a snapshot before it was shown', { plan: aSnapshotPlan() }, []],
    ['of a deletion before its point of no return', { plan: aSnapshotDeletion() }, []],
    [
      'of a deletion whose only removal was refused',
      { plan: aSnapshotDeletion(), pastPointOfNoReturn: true },
      [{ ...removal, state: 'undone' }],
    ],
    [
      'of a deletion past the point that removed nothing yet',
      { plan: aSnapshotDeletion(), pastPointOfNoReturn: true },
      [],
    ],
  ])('%s the unwind starts', async (_, about, effects) => {
    const { deps, flows, claims, noted } = bed(effects);
    const task = aTask({ attempt: 2, ...about });
    expect(await afterFailure(deps(task), task, 'it broke')).toBe('unwinding');
    expect(claims).toEqual([{ from: 2, phase: 'unwind', error: 'it broke' }]);
    expect(flows.started).toMatchObject([{ flow: 'unwind', input: { attempt: 3 } }]);
    expect(noted).toEqual([]);
  });

  it.each<[string, Partial<Task>, readonly Effect[]]>([
    ['of a snapshot that was shown', { plan: aSnapshotPlan(), pastPointOfNoReturn: true }, []],
    ['of a clone that was shown', { pastPointOfNoReturn: true }, [anEffect({ state: 'done' })]],
    [
      'of a deletion that may have removed something',
      { plan: aSnapshotDeletion(), pastPointOfNoReturn: true },
      [removal],
    ],
    [
      'of a deletion that removed something',
      { plan: aSnapshotDeletion(), pastPointOfNoReturn: true },
      [{ ...removal, state: 'done' }],
    ],
  ])('%s the error is noted, and it will be driven again', async (_, about, effects) => {
    const { deps, flows, claims, noted } = bed(effects);
    const task = aTask(about);
    expect(await afterFailure(deps(task), task, 'it broke')).toBe('will-be-driven-again');
    expect(noted).toEqual(['it broke']);
    expect(claims).toEqual([]);
    expect(flows.started).toEqual([]);
  });

  it('a canceled task keeps no error', async () => {
    const { deps, claims } = bed([]);
    const task = aTask({ cancelRequested: true, state: 'canceling' });
    await afterFailure(deps(task), task, 'the task was canceled');
    expect(claims[0]?.error).toBe('');
  });

  it('nothing starts when somebody else claimed the attempt', async () => {
    const { deps, flows } = bed([], 'lost');
    const task = aTask();
    expect(await afterFailure(deps(task), task, 'it broke')).toBe('unwinding');
    expect(flows.started).toEqual([]);
  });
});
