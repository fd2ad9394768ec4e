/** What a task did, as its own rows tell it. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { aClone, aSnapshot } from '../../builders/catalog.ts';
import { aCommand, anAuditEntry, anEffect, aTask, noGuards } from '../../builders/task.ts';
import { fresh, startStoreBed, type StoreBed, taskRetentionDays } from './store-bed.ts';

const second = 1000;
const start = 1_767_000_000 * second;

let bed: StoreBed;
beforeAll(async () => {
  bed = await startStoreBed();
}, 30_000);
beforeEach(() => {
  bed.setClock(start);
});
afterAll(() => bed.stop());

const recorded = async (): Promise<string> => {
  const requestId = fresh('request');
  await bed.store.recordTask(aTask({ requestId }), anAuditEntry(), noGuards);
  return requestId;
};
const historyOf = async (requestId: string) => {
  const history = await bed.store.readTaskHistory(requestId);
  if (history === undefined) throw new Error('the task is gone');
  return history;
};

it('knows nothing of a task that was never recorded, also when a step of it left a note', async () => {
  const requestId = fresh('request');
  await bed.store.noteFailedStep(requestId, 1, 'map-volumes', '0', 'no array');
  expect(await bed.store.readTaskHistory(requestId)).toBeUndefined();
});

it('has the task alone before anything was done', async () => {
  const requestId = await recorded();
  const { task, moments, ...others } = await historyOf(requestId);
  expect(task).toEqual(await bed.store.getTask(requestId));
  expect(moments).not.toMatchObject({ runningAtMilliseconds: expect.anything() as unknown });
  expect(others).toEqual({ effects: [], commands: [], notes: [] });
});

it('dates every transition', async () => {
  const requestId = await recorded();
  const snapshotId = fresh('snap');
  const transitions = {
    runningAtMilliseconds: () => bed.store.markRunning(requestId, 1),
    snapshotRecordedAtMilliseconds: () => bed.store.recordSnapshot(aSnapshot({ snapshotId, requestId }), []),
    publishedAtMilliseconds: () => bed.store.publishClones(requestId, snapshotId, [aClone({ dbId: fresh('9') })], {}),
    pointOfNoReturnAtMilliseconds: () => bed.store.passPointOfNoReturn(requestId, 1),
    attentionAtMilliseconds: () => bed.store.needAttention(requestId, 1, 'why', [], 1),
    finishedAtMilliseconds: () => bed.store.finishTask(requestId, 'done_with_warning', { error: '', result: null }, 1),
  };
  const moments: Record<string, number> = {};
  for (const [index, [name, make]] of Object.entries(transitions).entries()) {
    moments[name] = start + index * second;
    bed.setClock(start + index * second);
    await make();
  }
  expect((await historyOf(requestId)).moments).toMatchObject(moments);
});

it('dates a cancel, and notes why the next attempt began', async () => {
  const requestId = await recorded();
  await bed.store.requestCancel(requestId, 1, anAuditEntry());
  bed.setClock(start + second);
  await bed.store.claimAttempt({ requestId, attempt: 1, pastPointOfNoReturn: false }, 'unwind', 'canceled', 2);
  const { moments, notes } = await historyOf(requestId);
  expect(moments.cancelRequestedAtMilliseconds).toBe(start);
  expect(notes).toMatchObject([
    { kind: 'attempt', name: 'unwind', attempt: 2, atMilliseconds: start + second, detail: 'canceled' },
  ]);
});

it('dates what was done and undone of each effect, by the first time where it is repeated', async () => {
  const requestId = await recorded();
  const effect = anEffect({ requestId });
  await bed.store.intend(effect, 1);
  for (const [index, make] of [
    () => bed.store.markDone(requestId, effect.effectId, {}),
    () => bed.store.markDone(requestId, effect.effectId, {}),
    () => bed.store.markBlocked(requestId, effect.effectId, 1, 'silent'),
    () => bed.store.markUndone(requestId, effect.effectId),
    () => bed.store.markUndone(requestId, effect.effectId),
  ].entries()) {
    bed.setClock(start + (index + 1) * second);
    await make();
  }
  expect((await historyOf(requestId)).effects).toEqual([
    expect.objectContaining({
      effectId: effect.effectId,
      state: 'undone',
      intendedAttempt: 1,
      intendedAtMilliseconds: start,
      doneAtMilliseconds: start + second,
      blockedAtMilliseconds: start + 3 * second,
      undoneAtMilliseconds: start + 4 * second,
    }),
  ]);
});

it('traces commands from sent to settled', async () => {
  const requestId = await recorded();
  const [settled, open] = ['settled', 'open'].map((commandId) => aCommand({ requestId, commandId }));
  if (settled === undefined || open === undefined) throw new Error('no commands');
  await bed.store.putCommand(settled);
  await bed.store.putCommand(open);
  bed.setClock(start + second);
  await bed.store.settleCommand(requestId, settled.commandId, 'failed');
  expect((await historyOf(requestId)).commands).toMatchObject([
    { state: 'sent', sentAtMilliseconds: start, settledAtMilliseconds: null },
    { state: 'failed', sentAtMilliseconds: start, settledAtMilliseconds: start + second },
  ]);
});

it('notes each failure of a step once, for every part and every time, and not those of another task', async () => {
  const [requestId, other] = [await recorded(), await recorded()];
  await bed.store.noteFailedStep(other, 1, 'map-volumes', '0', 'another');
  await bed.store.noteFailedStep(requestId, 1, 'map-volumes', '0', 'no array');
  await bed.store.noteFailedStep(requestId, 1, 'map-volumes', '0', 'no array');
  await bed.store.noteFailedStep(requestId, 1, 'map-volumes', '1', 'no disk');
  bed.setClock(start + second);
  await bed.store.noteFailedStep(requestId, 2, 'map-volumes', '0', 'still no array');
  const { notes } = await historyOf(requestId);
  expect(
    notes.map(({ kind, name, attempt, atMilliseconds, detail }) => [kind, name, attempt, atMilliseconds, detail]),
  ).toEqual([
    ['failed-step', 'map-volumes', 1, start, 'no array'],
    ['failed-step', 'map-volumes', 1, start, 'no disk'],
    ['failed-step', 'map-volumes', 2, start + second, 'still no array'],
  ]);
});

it('lets a note expire by itself, no earlier than its task', async () => {
  const requestId = await recorded();
  await bed.store.noteFailedStep(requestId, 1, 'map-volumes', '0', 'no array');
  const row = await bed.row(`task#${requestId}`, `note#step-${String(start)}-map-volumes-0`);
  expect(row?.['expiresAtSeconds']).toEqual({ N: String(start / 1000 + taskRetentionDays * 24 * 3600) });
});
