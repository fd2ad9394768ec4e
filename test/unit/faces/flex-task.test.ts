import { describe, expect, it } from 'vitest';
import { nextStates, taskStates } from '../../../shared/domain/task.ts';
import { firstAnswer, flexTask, FlexTask } from '../../../shared/faces/flex/flex-task.ts';
import { taskRow } from '../../builders/flex-example.ts';

const clone = {
  id: '5',
  name: 'orders_dev',
  hostId: 'sqldev1',
  sourceHostId: 'sqlprod1',
  sourceDbId: '7',
  sourceDbName: 'orders',
};
const result = { snapshotId: 'snap_1', clones: [clone] };

describe('shows every state as one of the four of the contract', () => {
  it.each([
    ['queued', 'running'],
    ['running', 'running'],
    ['paused', 'running'],
    ['canceling', 'running'],
    ['done', 'completed'],
    ['done_with_warning', 'completed'],
    ['failed', 'failed'],
    ['needs_attention', 'failed'],
    ['canceled', 'aborted'],
  ] as const)('%s as %s', (state, shown) => {
    expect(flexTask(taskRow({ state })).state).toBe(shown);
  });

  it('and forgets none', () => {
    for (const state of taskStates) expect(FlexTask.safeParse(flexTask(taskRow({ state }))).success).toBe(true);
  });

  it('and nothing that still goes on is shown as final but what needs attention', () => {
    const open = taskStates.filter(
      (state) => nextStates[state].length > 0 && flexTask(taskRow({ state })).state !== 'running',
    );
    expect(open).toEqual(['needs_attention']);
  });
});

describe('error', () => {
  it.each([
    ['running', ''],
    ['canceling', ''],
    ['done', ''],
    ['done_with_warning', ''],
    ['failed', 'the array refused'],
    ['needs_attention', 'the array refused'],
    ['canceled', 'the array refused'],
  ] as const)('of a task that is %s is %j', (state, error) => {
    expect(flexTask(taskRow({ state, error: 'the array refused' })).error).toBe(error);
  });
});

describe('result', () => {
  it.each(['queued', 'running', 'failed', 'needs_attention', 'canceled'] as const)('is null while %s', (state) => {
    expect(flexTask(taskRow({ state, result })).result).toBeNull();
  });

  it('has snapshot and clones of a clone task', () => {
    expect(flexTask(taskRow({ state: 'done', result })).result).toEqual({
      db_snapshot: { id: 'snap_1' },
      cloned_dbs: [
        {
          id: '5',
          name: 'orders_dev',
          host_id: 'sqldev1',
          source_host_id: 'sqlprod1',
          source_db_id: 7,
          source_db_name: 'orders',
        },
      ],
    });
  });

  it('has the snapshot alone of a snapshot task', () => {
    const task = taskRow({ state: 'done', commandType: 'CreateDBSnapshotCommand', result: { snapshotId: 'snap_1' } });
    expect(flexTask(task)).toMatchObject({ command_type: 'CreateDBSnapshotCommand', state: 'completed' });
    expect(flexTask(task).result).toEqual({ db_snapshot: { id: 'snap_1' } });
  });

  it('is null when the task gives none', () => {
    expect(flexTask(taskRow({ state: 'done', result: null })).result).toBeNull();
  });

  it.each([
    ['7', 7],
    ['0', 0],
    ['999999999999999', 999_999_999_999_999],
    ['9999999999999999', '9999999999999999'],
    ['7a', '7a'],
    ['-7', '-7'],
    ['', ''],
  ])('shows the source id %j as %j', (sourceDbId, shown) => {
    const task = flexTask(taskRow({ state: 'done', result: { clones: [{ ...clone, sourceDbId }] } }));
    expect(task.result?.cloned_dbs?.[0]?.source_db_id).toBe(shown);
  });
});

it('locates the task by an absolute path', () => {
  expect(flexTask(taskRow({ requestId: 'abc' })).location).toBe('/api/echo/v1/tasks/abc');
});

describe('the first answer', () => {
  it.each(taskStates)('says running for a task that is %s already', (state) => {
    expect(firstAnswer(taskRow({ state, result, error: 'x' }))).toMatchObject({
      state: 'running',
      result: null,
      error: '',
    });
  });
});
