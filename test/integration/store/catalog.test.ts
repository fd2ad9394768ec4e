import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Clone } from '../../../shared/domain/clone.ts';
import { clonePin, type Snapshot, taskPin } from '../../../shared/domain/snapshot.ts';
import type { Task } from '../../../shared/domain/task.ts';
import { aClone, aSnapshot } from '../../builders/catalog.ts';
import { aDatabase } from '../../builders/database.ts';
import { anAuditEntry, aTask, noGuards } from '../../builders/task.ts';
import { fresh, startStoreBed, type StoreBed } from './store-bed.ts';

let bed: StoreBed;
beforeAll(async () => {
  bed = await startStoreBed();
}, 30_000);
afterAll(() => bed.stop());

const record = async (about: Partial<Task> = {}): Promise<string> => {
  const task = aTask({ requestId: fresh('request'), ...about });
  await bed.store.recordTask(task, anAuditEntry({ requestId: task.requestId }), noGuards);
  return task.requestId;
};

/** A task with its pending snapshot. */
const pending = async (about: Partial<Snapshot> = {}, sourceClones: readonly Clone[] = []) => {
  const requestId = await record();
  const snapshot = aSnapshot({ snapshotId: fresh('snap'), requestId, ...about });
  expect(await bed.store.recordSnapshot(snapshot, sourceClones)).toBe('recorded');
  return { requestId, snapshotId: snapshot.snapshotId, snapshot: { ...snapshot, pins: new Set([taskPin(requestId)]) } };
};

const published = async (cloneCount = 1, about: Partial<Snapshot> = {}, sourceClones: readonly Clone[] = []) => {
  const { requestId, snapshotId, snapshot } = await pending(about, sourceClones);
  const clones = Array.from({ length: cloneCount }, () => aClone({ dbId: fresh('9'), snapshotId, requestId }));
  expect(await bed.store.publishClones(requestId, snapshotId, clones, {})).toBe('published');
  const pins = new Set(clones.map((one) => clonePin(one.hostId, one.dbId)));
  return { requestId, snapshotId, clones, snapshot: { ...snapshot, state: 'available' as const, pins } };
};

const onlyCloneOf = async () => {
  const all = await published();
  const [clone] = all.clones;
  if (clone === undefined) throw new Error('no clone');
  return { ...all, clone };
};

const deleting = async (snapshotId: string): Promise<string> => {
  const task = aTask({ requestId: fresh('request') });
  expect(await bed.store.recordTask(task, anAuditEntry(), { ...noGuards, exclusiveSnapshots: [snapshotId] })).toBe(
    'recorded',
  );
  return task.requestId;
};

const snapshotIdsOf = async (clone: Clone) => (await bed.store.getClone(clone.hostId, clone.dbId))?.snapshotIds;

describe('recording a snapshot', () => {
  it('stores it pending, pinned by its task, noted on the task, and shown to nobody', async () => {
    const { requestId, snapshotId, snapshot } = await pending();
    expect(await bed.store.getSnapshot(snapshotId)).toEqual(snapshot);
    expect((await bed.store.getTask(requestId))?.snapshotId).toBe(snapshotId);
    expect((await bed.store.listSnapshots()).map((one) => one.snapshotId)).not.toContain(snapshotId);
  });

  it('may be repeated by its task, and is taken for another', async () => {
    const { snapshot, snapshotId } = await pending();
    expect(await bed.store.recordSnapshot(snapshot, [])).toBe('recorded');
    const other = await record();
    expect(await bed.store.recordSnapshot({ ...snapshot, requestId: other }, [])).toBe('taken');
    expect((await bed.store.getTask(other))?.snapshotId).toBe('');
    expect((await bed.store.getSnapshot(snapshotId))?.requestId).toBe(snapshot.requestId);
  });

  it('notes itself on the clones it was taken of', async () => {
    const { clone } = await onlyCloneOf();
    const { snapshotId } = await pending({ hostId: clone.hostId }, [clone]);
    expect(await snapshotIdsOf(clone)).toEqual(new Set([snapshotId]));
  });

  it('is refused once the task is being undone', async () => {
    const requestId = await record({ phase: 'unwind' });
    const snapshot = aSnapshot({ snapshotId: fresh('snap'), requestId });
    await expect(bed.store.recordSnapshot(snapshot, [])).rejects.toMatchObject({ code: 'StaleAttempt' });
    expect(await bed.store.getSnapshot(snapshot.snapshotId)).toBeUndefined();
  });

  it('is refused without a row when a source clone is gone', async () => {
    const requestId = await record();
    const snapshot = aSnapshot({ snapshotId: fresh('snap'), requestId });
    const gone = aClone({ dbId: fresh('9') });
    await expect(bed.store.recordSnapshot(snapshot, [gone])).rejects.toMatchObject({ code: 'Conflict' });
    expect(await bed.store.getClone(gone.hostId, gone.dbId)).toBeUndefined();
    expect(await bed.store.getSnapshot(snapshot.snapshotId)).toBeUndefined();
  });
});

describe('publishing clones', () => {
  it('shows snapshot and 50 clones at once, and hands the pin over', async () => {
    const { snapshotId, snapshot, clones, requestId } = await published(50);
    expect(await bed.store.getSnapshot(snapshotId)).toEqual(snapshot);
    expect((await bed.store.listClones()).filter((one) => one.snapshotId === snapshotId)).toEqual(
      clones.toSorted((one, other) => one.dbId.padStart(10, '0').localeCompare(other.dbId.padStart(10, '0'))),
    );
    expect((await bed.store.listSnapshots()).map((one) => one.snapshotId)).toContain(snapshotId);
    expect((await bed.store.getTask(requestId))?.pastPointOfNoReturn).toBe(true);
  });

  it('keeps, when repeated, what was noted on a clone since', async () => {
    const { requestId, snapshotId, clone } = await onlyCloneOf();
    const later = await pending({ hostId: clone.hostId }, [clone]);
    expect(await bed.store.publishClones(requestId, snapshotId, [clone], {})).toBe('published');
    expect(await snapshotIdsOf(clone)).toEqual(new Set([later.snapshotId]));
  });

  it.each([{ cancelRequested: true, state: 'canceling' as const }, { phase: 'unwind' as const }])(
    'is refused for a task with %o',
    async (about) => {
      const requestId = await record(about);
      const snapshot = aSnapshot({ snapshotId: fresh('snap'), requestId });
      // Recorded while the task still went forward.
      if (about.phase === undefined) await bed.store.recordSnapshot(snapshot, []);
      const clone = aClone({ dbId: fresh('9'), requestId });
      expect(await bed.store.publishClones(requestId, snapshot.snapshotId, [clone], {})).toBe('refused');
      expect(await bed.store.getClone(clone.hostId, clone.dbId)).toBeUndefined();
      expect((await bed.store.getSnapshot(snapshot.snapshotId))?.state).not.toBe('available');
    },
  );

  it('does not show the snapshot of another task', async () => {
    const { snapshotId } = await pending();
    const other = await record();
    await expect(bed.store.publishClones(other, snapshotId, [aClone({ dbId: fresh('9') })], {})).rejects.toMatchObject({
      code: 'Internal',
    });
    expect((await bed.store.getSnapshot(snapshotId))?.state).toBe('pending');
  });
});

describe('publishing a snapshot alone', () => {
  it('shows it with no pin, and takes the task past its point of no return; repeatedly', async () => {
    const { requestId, snapshotId, snapshot } = await pending({ scheduleId: 'nightly' });
    for (let time = 1; time <= 2; time += 1) {
      expect(await bed.store.publishSnapshot(requestId, snapshotId, { snapshotId })).toBe('published');
      expect(await bed.store.getSnapshot(snapshotId)).toEqual({ ...snapshot, state: 'available', pins: new Set() });
    }
    expect(await bed.store.getTask(requestId)).toMatchObject({ pastPointOfNoReturn: true, result: { snapshotId } });
    expect(await deleting(snapshotId)).not.toBe('');
  });

  it('is refused for a task that was canceled', async () => {
    const requestId = await record({ cancelRequested: true, state: 'canceling' });
    const snapshot = aSnapshot({ snapshotId: fresh('snap'), requestId });
    await bed.store.recordSnapshot(snapshot, []);
    expect(await bed.store.publishSnapshot(requestId, snapshot.snapshotId, {})).toBe('refused');
    expect((await bed.store.getSnapshot(snapshot.snapshotId))?.state).toBe('pending');
  });
});

describe('discarding a snapshot', () => {
  it('removes a pending one and its note on the clones, repeatedly', async () => {
    const { clone } = await onlyCloneOf();
    const { requestId, snapshotId } = await pending({ hostId: clone.hostId }, [clone]);
    for (let time = 1; time <= 2; time += 1) {
      await bed.store.discardSnapshot(requestId, snapshotId, clone.hostId, [clone.dbId, 'an-original']);
      expect(await bed.store.getSnapshot(snapshotId)).toBeUndefined();
      expect(await snapshotIdsOf(clone)).toEqual(new Set());
      expect(await bed.store.getClone(clone.hostId, 'an-original')).toBeUndefined();
    }
  });

  it("keeps an available one, and another task's, with their notes", async () => {
    const { clone } = await onlyCloneOf();
    const available = await published(1, { hostId: clone.hostId }, [clone]);
    const others = await pending({ hostId: clone.hostId }, [clone]);
    await bed.store.discardSnapshot(available.requestId, available.snapshotId, clone.hostId, [clone.dbId]);
    await bed.store.discardSnapshot('another-request', others.snapshotId, clone.hostId, [clone.dbId]);
    expect((await bed.store.getSnapshot(available.snapshotId))?.state).toBe('available');
    expect((await bed.store.getSnapshot(others.snapshotId))?.state).toBe('pending');
    expect(await snapshotIdsOf(clone)).toEqual(new Set([available.snapshotId, others.snapshotId]));
  });
});

describe('forgetting a clone', () => {
  it('removes row, database and pin, and may be repeated, also after its snapshot went', async () => {
    const { clone, snapshotId } = await onlyCloneOf();
    await bed.store.putDatabases([aDatabase({ hostId: clone.hostId, dbId: clone.dbId })]);
    await bed.store.forgetClone(clone.hostId, clone.dbId, snapshotId);
    expect(await bed.store.getClone(clone.hostId, clone.dbId)).toBeUndefined();
    expect(await bed.store.getDatabase(clone.hostId, clone.dbId)).toBeUndefined();
    expect((await bed.store.getSnapshot(snapshotId))?.pins).toEqual(new Set());
    await bed.store.forgetClone(clone.hostId, clone.dbId, snapshotId);
    const snapshot = await bed.store.getSnapshot(snapshotId);
    if (snapshot === undefined) throw new Error('the snapshot is gone');
    const requestId = await deleting(snapshotId);
    await bed.store.forgetSnapshot({ ...snapshot, exclusiveBy: requestId }, requestId);
    await bed.store.forgetClone(clone.hostId, clone.dbId, snapshotId);
    expect(await bed.store.getSnapshot(snapshotId)).toBeUndefined();
  });

  it('leaves the pins of other clones', async () => {
    const { clones, snapshotId } = await published(2);
    const [first, second] = clones;
    if (first === undefined || second === undefined) throw new Error('no clones');
    await bed.store.forgetClone(first.hostId, first.dbId, snapshotId);
    expect((await bed.store.getSnapshot(snapshotId))?.pins).toEqual(new Set([clonePin(second.hostId, second.dbId)]));
  });

  it('happens whole or not at all when the process dies', async () => {
    const { clone, snapshotId } = await onlyCloneOf();
    bed.dieAtWrite(1);
    await expect(bed.store.forgetClone(clone.hostId, clone.dbId, snapshotId)).rejects.toThrow();
    bed.live();
    expect(await bed.store.getClone(clone.hostId, clone.dbId)).toEqual(clone);
    bed.dieAtWrite(2);
    await bed.store.forgetClone(clone.hostId, clone.dbId, snapshotId);
    bed.live();
    expect((await bed.store.getSnapshot(snapshotId))?.pins).toEqual(new Set());
  });
});

describe('forgetting a snapshot', () => {
  /** A snapshot of a clone, with nothing made of it, being deleted. */
  const doomed = async () => {
    const { clone } = await onlyCloneOf();
    const databases = [
      { dbId: clone.dbId, uid: '', dbName: clone.dbName, vendor: 'postgres' as const, restorePoint: '', volumes: [] },
    ];
    const made = await published(1, { hostId: clone.hostId, databases }, [clone]);
    for (const one of made.clones) await bed.store.forgetClone(one.hostId, one.dbId, made.snapshotId);
    const requestId = await deleting(made.snapshotId);
    const snapshot = await bed.store.getSnapshot(made.snapshotId);
    if (snapshot === undefined) throw new Error('the snapshot is gone');
    return { clone, snapshot, requestId };
  };

  it('removes it and its note on the clone it was taken of, repeatedly', async () => {
    const { clone, snapshot, requestId } = await doomed();
    for (let time = 1; time <= 2; time += 1) {
      await bed.store.forgetSnapshot(snapshot, requestId);
      expect(await bed.store.getSnapshot(snapshot.snapshotId)).toBeUndefined();
      expect(await snapshotIdsOf(clone)).toEqual(new Set());
    }
  });

  it('is found again by a repeat wherever the process dies, and leaves no clone that names it', async () => {
    const { clone, snapshot, requestId } = await doomed();
    for (const nth of [1, 2]) {
      bed.dieAtWrite(nth);
      await expect(bed.store.forgetSnapshot(snapshot, requestId)).rejects.toThrow();
      bed.live();
      expect(await bed.store.getSnapshot(snapshot.snapshotId)).toBeDefined();
    }
    await bed.store.forgetSnapshot(snapshot, requestId);
    expect(await snapshotIdsOf(clone)).toEqual(new Set());
  });

  it('changes nothing for a task that does not hold it', async () => {
    const { clone, snapshot } = await doomed();
    await bed.store.forgetSnapshot(snapshot, 'another-request');
    expect(await bed.store.getSnapshot(snapshot.snapshotId)).toEqual(snapshot);
    expect(await snapshotIdsOf(clone)).toEqual(new Set([snapshot.snapshotId]));
  });
});
