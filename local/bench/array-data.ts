import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { plantSeeds } from '../array/engine/plant-seeds.ts';
import { resourceTable } from '../array/resources/table.ts';
import { refPath, refTo, type ArrayRecord } from '../array/resources/value.ts';
import { openStore, type Store } from '../array/store/store.ts';

export interface ArrayDataSize {
  /** Each in a group of its own. */
  readonly volumes: number;
  readonly snapshotsOfEach: number;
}

const SIZE_KIB = 1_048_576;
/** Unix seconds of the first object; each next one is a second younger. */
const EPOCH_SECONDS = 1_700_000_000;
/** Groups per transaction: one for all would hold every page in memory, one each would flush the disk each time. */
const GROUPS_AT_ONCE = 500;

/** Writes a group with its volume and their snapshots to the store, and makes the empty directories that belong to them. */
function plantGroup(store: Store, folder: string, snapshotsOfEach: number): void {
  const add = (collection: string, fields: Omit<ArrayRecord, 'id'>): number => {
    const id = store.nextId(collection);
    store.insert(collection, { ...fields, id, creation_time: EPOCH_SECONDS + id });
    return id;
  };
  const addBytes = (collection: string, serial: string, fields: Omit<ArrayRecord, 'id'>): number => {
    const id = add(collection, { ...fields, size: SIZE_KIB, scsi_sn: serial });
    mkdirSync(join(folder, String(id)), { recursive: true });
    return id;
  };
  const groupId = add('volume_groups', {
    name: `planted-${String(store.count('volume_groups', '', ''))}`,
    quota: null,
  });
  const volume_group = refTo('volume_groups', groupId);
  const volumeId = addBytes('volumes', `v${String(groupId)}`, { name: `volume-${String(groupId)}`, volume_group });
  for (let number = 1; number <= snapshotsOfEach; number += 1) {
    const snapshotId = add('snapshots', {
      short_name: `s${String(number)}`,
      kind: 'snapshot',
      source: { ref: refPath('volume_groups', groupId) },
      volume_group,
      retention_policy: refTo('retention_policies', 1),
      volsnaps_provisioned_capacity: SIZE_KIB,
    });
    addBytes('volsnaps', `v${String(groupId)}s${String(number)}`, {
      short_name: `volume-${String(groupId)}`,
      snapshot: refTo('snapshots', snapshotId),
      source: refTo('volumes', volumeId),
      origin: volumeId,
      is_origin_live: true,
    });
  }
}

/** Fills the data directory of an array that is not running as if it had served that many calls. Its volumes are empty. */
export async function plantArrayData(dataDir: string, { volumes, snapshotsOfEach }: ArrayDataSize): Promise<void> {
  const resources = resourceTable();
  const store = openStore({
    path: join(dataDir, 'state'),
    dataDir: resolve(dataDir),
    resources,
    now: () => EPOCH_SECONDS,
    drawNumber: () => '100',
  });
  plantSeeds({ resources, store });
  const folder = join(dataDir, 'volumes');
  try {
    for (let planted = 0; planted < volumes; planted += GROUPS_AT_ONCE)
      store.transaction(() => {
        for (let number = planted; number < Math.min(volumes, planted + GROUPS_AT_ONCE); number += 1)
          plantGroup(store, folder, snapshotsOfEach);
      });
  } finally {
    await store.close();
  }
}
