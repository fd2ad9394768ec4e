import { beforeEach, expect, it } from 'vitest';
import { anEffect } from '../builders/task.ts';
import { apiBed, type ApiBed, startSeconds, tokens } from './api-bed.ts';
import { allowedCallers, callingHost } from './callers.ts';
import { givenClone, givenCommand, givenHost, givenTask } from './given.ts';
import { useDatabase } from './test-database.ts';
import { bodyOf, detailOf, fieldsOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
});

const events = (requestId: string, token: string = tokens.viewer) =>
  ({ method: 'GET', path: `/api/echo/v1/tasks/${requestId}/events`, token }) as const;

interface Shown {
  readonly at: number | null;
  readonly until: number | null;
  readonly kind: string;
  readonly name: string;
  readonly attempt: number;
  readonly state: string;
  readonly detail: string;
}
const shown = async (requestId: string): Promise<readonly Shown[]> =>
  bodyOf('list-task-events', await unchanged(bed, events(requestId))) as Shown[];

const createdAtSeconds = startSeconds;
const reason = 'the array refused to make a view: no space';

/** A clone that failed in map-volumes, and was undone. */
async function givenFailedTask(): Promise<string> {
  const { requestId } = await givenTask(bed, { requestId: 'failed-at-night', createdAtSeconds });
  const { store, clock } = bed;
  const view = anEffect({ requestId });
  clock.advanceSeconds(1);
  await store.markRunning(requestId, createdAtSeconds + 1);
  clock.advanceSeconds(1);
  await store.intend(view, 1);
  clock.advanceSeconds(2);
  await store.markDone(requestId, view.effectId, { volumes: [] });
  clock.advanceSeconds(1);
  await store.noteFailedStep(requestId, 1, 'map-volumes', '0', reason);
  clock.advanceSeconds(1);
  await store.claimAttempt({ requestId, attempt: 1, pastPointOfNoReturn: false }, 'unwind', reason, createdAtSeconds);
  clock.advanceSeconds(1);
  await store.markBlocked(requestId, view.effectId, 2, 'the view is in use');
  clock.advanceSeconds(1);
  await store.markUndone(requestId, view.effectId);
  clock.advanceSeconds(1);
  await store.finishTask(requestId, 'failed', { error: reason, result: null }, createdAtSeconds + 9);
  return requestId;
}

it('tells of a failed clone what was done, why it ended, and what was taken back', async () => {
  const told = (await shown(await givenFailedTask())).map(({ at, until, kind, name, attempt, state }) => [
    (at ?? 0) - createdAtSeconds,
    until === null ? null : until - createdAtSeconds,
    `${kind} ${name}`,
    attempt,
    state,
  ]);
  expect(told).toEqual([
    [0, null, 'task recorded', 1, 'done'],
    [0, 6, 'attempt forward', 1, 'failed'],
    [1, null, 'task running', 1, 'done'],
    [2, 4, 'step map-volumes', 1, 'done'],
    [2, 4, 'effect view', 1, 'undone'],
    [5, null, 'step map-volumes', 1, 'failed'],
    [6, 9, 'attempt unwind', 2, 'done'],
    [7, null, 'undo view', 2, 'failed'],
    [8, null, 'undo view', 1, 'done'],
    [9, null, 'task finished', 2, 'failed'],
  ]);
});

it('says why, of the step, the attempt, the undo and the end', async () => {
  const told = await shown(await givenFailedTask());
  const details = (state: string) => told.filter((one) => one.state === state).map((one) => one.detail);
  expect(details('failed')).toEqual([reason, reason, 'view rp-view-1 on array sdp-1: the view is in use', reason]);
});

it('shows what an agent was told, without its token', async () => {
  const command = await givenCommand(bed, { requestId: 'frozen' });
  bed.clock.advanceSeconds(3);
  await bed.store.settleCommand('frozen', command.commandId, 'failed');
  const answer = await bed.send(events('frozen'));
  expect(answer.text).not.toContain(command.token);
  expect(answer.body).toContainEqual({
    at: startSeconds,
    until: startSeconds + 3,
    kind: 'command',
    name: 'freeze',
    step: 'freeze-source',
    attempt: 1,
    state: 'failed',
    host_id: 'sqlprod1',
    detail: '',
  });
  expect(answer.body).toContainEqual(expect.objectContaining({ kind: 'step', name: 'freeze-source', state: 'failed' }));
});

it('shows when a snapshot was recorded and its clones published', async () => {
  const { task } = await givenClone(bed);
  const names = (await shown(task.requestId))
    .filter(({ kind }) => kind === 'step')
    .map(({ name, state }) => [name, state]);
  expect(names).toEqual([
    ['record-snapshot', 'done'],
    ['complete-clone', 'done'],
  ]);
});

it('is 404 for an unknown task', async () => {
  const answer = await unchanged(bed, events('unknown'));
  expect(answer.status).toBe(404);
  expect(detailOf(answer)).toBe("Task 'unknown' not found");
});

it('is 422 for an id longer than any', async () => {
  expect(fieldsOf(await unchanged(bed, events('x'.repeat(65))))).toEqual(['path.request_id']);
});

it.each(allowedCallers('viewer'))('may be called by $caller', async ({ token }) => {
  await givenHost(bed, callingHost);
  const { requestId } = await givenTask(bed);
  expect((await bed.send(events(requestId, token))).status).toBe(200);
});
