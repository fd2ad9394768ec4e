/** Clones of a snapshot that exists: new ones, and those that take the place of others. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Clone } from '../../../shared/domain/clone.ts';
import { clonePin, taskPin } from '../../../shared/domain/snapshot.ts';
import type { Task } from '../../../shared/domain/task.ts';
import type { PublishedCopy } from '../../../shared/ports/store.ts';
import { aClone, aSnapshot } from '../../builders/catalog.ts';
import { anAuditEntry, anImportPlan, aTask, noGuards } from '../../builders/task.ts';
import { fresh, startStoreBed, type StoreBed } from './store-bed.ts';

let bed: StoreBed;
beforeAll(async () => {
  bed = await startStoreBed();
}, 30_000);
afterAll(() => bed.stop());

/** A task that has pinned the snapshot. */
const pinning = async (snapshotId: string, about: Partial<Task> = {}): Promise<string> => {
  const task = aTask({ requestId: fresh('request'), plan: anImportPlan({ snapshotId }), ...about });
  const guards = { ...noGuards, pinnedSnapshot: snapshotId };
  expect(await bed.store.recordTask(task, anAuditEntry({ requestId: task.requestId }), guards)).toBe('recorded');
  return task.requestId;
};

/** An available snapshot with its clones. */
const snapshotWith = async (
  cloneCount: number,
): Promise<{ readonly id: string; readonly clones: readonly Clone[] }> => {
  const task = aTask({ requestId: fresh('request') });
  await bed.store.recordTask(task, anAuditEntry({ requestId: task.requestId }), noGuards);
  const id = fresh('snap');
  await bed.store.recordSnapshot(aSnapshot({ snapshotId: id, requestId: task.requestId }), []);
  const clones = Array.from({ length: cloneCount }, () => aClone({ dbId: fresh('9'), snapshotId: id }));
  expect(await bed.store.publishClones(task.requestId, id, clones, {})).toBe('published');
  return { id, clones };
};

const added = (clone: Clone): PublishedCopy => ({ clone, replaced: null });
const inPlaceOf = (old: Clone, about: Partial<Clone>): PublishedCopy => ({
  clone: { ...old, views: ['rp-view-new'], ...about },
  replaced: { clone: old, backupName: '' },
});
const besideBackup = (old: Clone, backupName: string, about: Partial<Clone>): PublishedCopy => ({
  clone: { ...old, dbId: fresh('9'), views: ['rp-view-new'], ...about },
  replaced: { clone: old, backupName },
});

const pinOf = ({ hostId, dbId }: Clone): string => clonePin(hostId, dbId);
const pinsOf = async (snapshotId: string) => (await bed.store.getSnapshot(snapshotId))?.pins;
const read = ({ hostId, dbId }: Clone) => bed.store.getClone(hostId, dbId);

describe('publishing copies', () => {
  it('shows new clones, pins their snapshot, and takes the task past its point of no return', async () => {
    const { id } = await snapshotWith(0);
    const requestId = await pinning(id);
    const clones = [1, 2].map(() => aClone({ dbId: fresh('9'), snapshotId: id, requestId }));
    const result = { clones: [] };
    expect(await bed.store.publishCopies(requestId, id, clones.map(added), result)).toBe('published');
    expect(await Promise.all(clones.map(read))).toEqual(clones);
    expect(await pinsOf(id)).toEqual(new Set([taskPin(requestId), ...clones.map(pinOf)]));
    expect(await bed.store.getTask(requestId)).toMatchObject({ pastPointOfNoReturn: true, result });
    await bed.store.unpinSnapshot(id, requestId);
    expect(await pinsOf(id)).toEqual(new Set(clones.map(pinOf)));
  });

  it('moves a clone that keeps its id from its snapshot to another, which frees the old one', async () => {
    const [old, next] = [await snapshotWith(2), await snapshotWith(0)];
    const [clone, sibling] = old.clones as [Clone, Clone];
    const requestId = await pinning(next.id);
    const copy = inPlaceOf(clone, { snapshotId: next.id });
    expect(await bed.store.publishCopies(requestId, next.id, [copy], {})).toBe('published');
    expect(await read(clone)).toEqual(copy.clone);
    expect(await pinsOf(old.id)).toEqual(new Set([pinOf(sibling)]));
    expect(await pinsOf(next.id)).toEqual(new Set([taskPin(requestId), pinOf(clone)]));
    const last = inPlaceOf(sibling, { snapshotId: next.id });
    expect(await bed.store.publishCopies(await pinning(next.id), next.id, [last], {})).toBe('published');
    expect(await pinsOf(old.id)).toEqual(new Set());
  });

  it('keeps the pin of a clone that is made anew of the same snapshot', async () => {
    const { id, clones } = await snapshotWith(1);
    const [clone] = clones as [Clone];
    const requestId = await pinning(id);
    const copy = inPlaceOf(clone, {});
    expect(await bed.store.publishCopies(requestId, id, [copy], {})).toBe('published');
    expect(await read(clone)).toEqual(copy.clone);
    expect(await pinsOf(id)).toEqual(new Set([taskPin(requestId), pinOf(clone)]));
  });

  it('keeps the lineage of a backup, which goes on needing the snapshot that it came from', async () => {
    const [old, next] = [await snapshotWith(2), await snapshotWith(0)];
    const requestId = await pinning(next.id);
    const copies = old.clones.map((one) => besideBackup(one, `${one.dbName}_bkp`, { snapshotId: next.id }));
    expect(await bed.store.publishCopies(requestId, next.id, copies, {})).toBe('published');
    const backups = old.clones.map((one) => ({ ...one, dbName: `${one.dbName}_bkp` }));
    expect(await Promise.all(old.clones.map(read))).toEqual(backups);
    expect(await Promise.all(copies.map((copy) => read(copy.clone)))).toEqual(copies.map((copy) => copy.clone));
    expect(await pinsOf(old.id)).toEqual(new Set(old.clones.map(pinOf)));
    expect(await pinsOf(next.id)).toEqual(new Set([taskPin(requestId), ...copies.map((copy) => pinOf(copy.clone))]));
  });

  it('frees a snapshot of two clones at once, and leaves one that none replaced came from', async () => {
    const [old, next] = [await snapshotWith(2), await snapshotWith(1)];
    const requestId = await pinning(next.id);
    const copies = old.clones.map((one) => inPlaceOf(one, { snapshotId: next.id }));
    const original = added(aClone({ dbId: fresh('9'), snapshotId: next.id }));
    expect(await bed.store.publishCopies(requestId, next.id, [...copies, original], {})).toBe('published');
    expect(await pinsOf(old.id)).toEqual(new Set());
    const needing = [...next.clones, ...old.clones, original.clone].map(pinOf);
    expect(await pinsOf(next.id)).toEqual(new Set([taskPin(requestId), ...needing]));
  });

  it('is published when repeated, and keeps what was noted on a clone since', async () => {
    const { id } = await snapshotWith(0);
    const requestId = await pinning(id);
    const clone = aClone({ dbId: fresh('9'), snapshotId: id, requestId });
    await bed.store.publishCopies(requestId, id, [added(clone)], {});
    const later = aTask({ requestId: fresh('request') });
    await bed.store.recordTask(later, anAuditEntry(), noGuards);
    const ofClone = aSnapshot({ snapshotId: fresh('snap'), requestId: later.requestId, hostId: clone.hostId });
    await bed.store.recordSnapshot(ofClone, [clone]);
    await bed.store.unpinSnapshot(id, requestId);
    expect(await bed.store.publishCopies(requestId, id, [added(clone)], {})).toBe('published');
    expect(await read(clone)).toEqual({ ...clone, snapshotIds: new Set([ofClone.snapshotId]) });
    expect(await pinsOf(id)).toEqual(new Set([pinOf(clone)]));
  });

  it.each([
    ['that was canceled', { cancelRequested: true, state: 'canceling' }],
    ['that is being undone', { phase: 'unwind' }],
  ] as const)('is refused for a task %s, and changes nothing', async (_which, about) => {
    const [old, next] = [await snapshotWith(1), await snapshotWith(0)];
    const [clone] = old.clones as [Clone];
    const requestId = await pinning(next.id, about);
    const copies = [inPlaceOf(clone, { snapshotId: next.id }), added(aClone({ dbId: fresh('9') }))];
    expect(await bed.store.publishCopies(requestId, next.id, copies, {})).toBe('refused');
    expect(await read(clone)).toEqual(clone);
    expect(await pinsOf(old.id)).toEqual(new Set([pinOf(clone)]));
    expect(await pinsOf(next.id)).toEqual(new Set([taskPin(requestId)]));
    expect((await bed.store.getTask(requestId))?.pastPointOfNoReturn).toBe(false);
  });

  it('is nothing a task may do of a snapshot that it has not pinned, or in place of what is gone', async () => {
    const [pinned, other] = [await snapshotWith(0), await snapshotWith(0)];
    const requestId = await pinning(pinned.id);
    const clone = aClone({ dbId: fresh('9') });
    const gone = besideBackup(aClone({ dbId: fresh('9') }), 'sales_bkp', { snapshotId: pinned.id });
    for (const [id, copy] of [
      [other.id, added(clone)],
      [pinned.id, gone],
    ] as const) {
      await expect(bed.store.publishCopies(requestId, id, [copy], {})).rejects.toMatchObject({ code: 'Internal' });
      expect(await read(copy.clone)).toBeUndefined();
    }
    expect(await pinsOf(other.id)).toEqual(new Set());
    expect((await bed.store.getTask(requestId))?.pastPointOfNoReturn).toBe(false);
  });

  it.each(['', 'sales_bkp'])(
    'replaces 45 clones of as many snapshots in one transaction, backup "%s"',
    async (name) => {
      const olds = await Promise.all(Array.from({ length: 45 }, () => snapshotWith(1)));
      const clones = olds.flatMap((old) => old.clones);
      const next = await snapshotWith(0);
      const requestId = await pinning(next.id);
      const about = { snapshotId: next.id };
      const copies = clones.map((one) => (name === '' ? inPlaceOf(one, about) : besideBackup(one, name, about)));
      bed.forgetCalls();
      expect(await bed.store.publishCopies(requestId, next.id, copies, {})).toBe('published');
      expect(bed.calls.map((call) => call.operation)).toEqual(['TransactWriteItems']);
      expect((await pinsOf(next.id))?.size).toBe(46);
      const needed = await Promise.all(olds.map((old) => pinsOf(old.id)));
      expect(needed.map((pins) => pins?.size)).toEqual(olds.map(() => (name === '' ? 0 : 1)));
    },
  );

  it('happens whole or not at all when the process dies', async () => {
    const [old, next] = [await snapshotWith(1), await snapshotWith(0)];
    const [clone] = old.clones as [Clone];
    const requestId = await pinning(next.id);
    const copy = inPlaceOf(clone, { snapshotId: next.id });
    bed.dieAtWrite(1);
    await expect(bed.store.publishCopies(requestId, next.id, [copy], {})).rejects.toThrow();
    bed.live();
    expect(await read(clone)).toEqual(clone);
    expect(await pinsOf(old.id)).toEqual(new Set([pinOf(clone)]));
    expect(await bed.store.publishCopies(requestId, next.id, [copy], {})).toBe('published');
    expect(await read(clone)).toEqual(copy.clone);
  });
});

describe('letting a snapshot go', () => {
  it('takes the pin of that task only, and makes no row of a snapshot that is not there', async () => {
    const { id, clones } = await snapshotWith(1);
    const [first, second] = [await pinning(id), await pinning(id)];
    await bed.store.unpinSnapshot(id, first);
    expect(await pinsOf(id)).toEqual(new Set([...clones.map(pinOf), taskPin(second)]));
    const never = fresh('snap');
    await bed.store.unpinSnapshot(never, first);
    expect(await bed.store.getSnapshot(never)).toBeUndefined();
  });
});
