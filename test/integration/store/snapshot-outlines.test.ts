/** What the topology reads of snapshots: whole, without the pending ones, and with every change of pins at once. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { snapshotRow } from '../../../shared/adapters/store-dynamodb/snapshot-row.ts';
import { clonePin, isDeletable, type Snapshot, taskPin } from '../../../shared/domain/snapshot.ts';
import { aClone, aSnapshot } from '../../builders/catalog.ts';
import { anAuditEntry, aTask, noGuards } from '../../builders/task.ts';
import { startStoreBed, type StoreBed } from './store-bed.ts';

let bed: StoreBed;
beforeEach(async () => {
  bed = await startStoreBed();
}, 30_000);
afterEach(() => bed.stop());

const keyOf = (snapshotId: string) => ({ _et: 'snapshot', pk: 'snapshots', sk: snapshotId });

/** As the store writes it. */
function storedRow(snapshot: Snapshot): Record<string, AttributeValue> {
  const { outline, detail, ...row } = snapshotRow(snapshot);
  const texts = { outline: JSON.stringify(outline), detail: JSON.stringify(detail) };
  return marshall({ ...keyOf(snapshot.snapshotId), ...row, ...texts });
}

/** As it was written before there were texts. */
const earlierRow = ({ pins, exclusiveBy, ...snapshot }: Snapshot): Record<string, AttributeValue> =>
  marshall({
    ...keyOf(snapshot.snapshotId),
    ...snapshot,
    ...(pins.size === 0 ? {} : { pins }),
    ...(exclusiveBy === '' ? {} : { exclusiveBy }),
  });

const outlineOf = ({
  snapshotId,
  hostId,
  databases,
  takenAtSeconds,
  consistencyLevel,
  pins,
  exclusiveBy,
}: Snapshot) => ({
  snapshotId,
  hostId,
  databases: databases.map(({ dbId }) => ({ dbId })),
  takenAtSeconds,
  consistencyLevel,
  pins,
  exclusiveBy,
});

const record = async (requestId: string, exclusiveSnapshot: string | null = null): Promise<void> => {
  const guards = { ...noGuards, exclusiveSnapshots: exclusiveSnapshot === null ? [] : [exclusiveSnapshot] };
  expect(await bed.store.recordTask(aTask({ requestId }), anAuditEntry({ requestId }), guards)).toBe('recorded');
};

const areDeletable = async (): Promise<readonly boolean[]> => (await bed.store.listSnapshotOutlines()).map(isDeletable);

it('are whole and in order over many pages, by few consistent queries', async () => {
  const snapshots = Array.from({ length: 2100 }, (_, index) =>
    aSnapshot({ snapshotId: `snap_${String(10_000 + index)}`, state: 'available', takenAtSeconds: index }),
  );
  await bed.putRows(snapshots.map(storedRow));
  bed.forgetCalls();
  expect(await bed.store.listSnapshotOutlines()).toEqual(snapshots.map(outlineOf));
  expect(bed.calls.length).toBeLessThanOrEqual(5);
  for (const { operation, body } of bed.calls) expect([operation, body['ConsistentRead']]).toEqual(['Query', true]);
});

it('show a snapshot from its publication on, with all its databases', async () => {
  await record('request-1');
  const [first] = aSnapshot().databases;
  if (first === undefined) throw new Error('the example has a database');
  const snapshot = aSnapshot({ databases: [first, { ...first, dbId: '6' }] });
  await bed.store.recordSnapshot(snapshot, []);
  expect(await bed.store.listSnapshotOutlines()).toEqual([]);
  await bed.store.publishSnapshot('request-1', snapshot.snapshotId, {});
  expect(await bed.store.listSnapshotOutlines()).toEqual([outlineOf(snapshot)]);
});

it('turn with every pin and every exclusive mode', async () => {
  await record('request-1');
  const { snapshotId } = aSnapshot();
  const clone = aClone({ snapshotId });
  await bed.store.recordSnapshot(aSnapshot(), []);
  await bed.store.publishClones('request-1', snapshotId, [clone], {});
  expect((await bed.store.listSnapshotOutlines()).map(({ pins }) => pins)).toEqual([
    new Set([clonePin(clone.hostId, clone.dbId)]),
  ]);
  expect(await areDeletable()).toEqual([false]);
  await bed.store.forgetClone(clone.hostId, clone.dbId, snapshotId);
  expect(await areDeletable()).toEqual([true]);
  await record('request-2', snapshotId);
  expect(await areDeletable()).toEqual([false]);
  await bed.store.unlockSnapshot(snapshotId, 'request-2');
  expect(await areDeletable()).toEqual([true]);
});

it('are read from rows of an earlier release too, beside those of this one', async () => {
  const earlier = [
    aSnapshot({ snapshotId: 'a', state: 'available' }),
    aSnapshot({ snapshotId: 'b', state: 'available', pins: new Set([taskPin('request-9')]), exclusiveBy: 'request-8' }),
    aSnapshot({ snapshotId: 'c', state: 'pending' }),
  ];
  const now = aSnapshot({ snapshotId: 'd', state: 'available' });
  await bed.putRows([...earlier.map(earlierRow), storedRow(now)]);
  const shown = [...earlier.slice(0, 2), now];
  expect(await bed.store.listSnapshotOutlines()).toEqual(shown.map(outlineOf));
  expect(await bed.store.listSnapshots()).toEqual(shown);
  expect(await bed.store.getSnapshot('c')).toEqual(earlier[2]);
});

it('are refused rather than shown in part when a row is not as it is written', async () => {
  const row = storedRow(aSnapshot({ snapshotId: 'broken', state: 'available' }));
  await bed.putRows([{ ...row, outline: { S: '{"hostId":"host-1"}' } }]);
  await expect(bed.store.listSnapshotOutlines()).rejects.toThrow('dbIds');
});
