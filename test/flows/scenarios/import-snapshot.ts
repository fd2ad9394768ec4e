import { z } from 'zod';
import { arrayName } from '../../../shared/domain/array-names.ts';
import type { Task } from '../../../shared/domain/task.ts';
import { failBefore } from '../bed/step-hooks.ts';
import { original, otherHostId, sourceHostId, type World } from '../bed/world.ts';
import { askForSnapshot } from './create-snapshot.ts';
import type { Scenario } from './scenario.ts';

const destinations = [
  { host_id: otherHostId, db_id: original.id, db_name: 'orders_test' },
  { host_id: sourceHostId, db_id: original.id, db_name: 'orders_copy' },
] as const;

const Asked = z.object({ request_id: z.string() });

/** A snapshot that nobody needs. */
const prepareSnapshot = async (world: World): Promise<void> => {
  await askForSnapshot(world);
  await world.idle();
};

const onlySnapshot = async (world: World) => {
  const [snapshot] = await world.store.listSnapshots();
  if (snapshot === undefined) throw new Error('no snapshot was taken');
  return snapshot;
};

const linesOf = async (world: World, task: Task): Promise<readonly string[]> => {
  const { snapshotId, arraySnapshots } = await onlySnapshot(world);
  const clones = (await world.store.listClones()).filter((clone) => clone.requestId === task.requestId);
  return destinations.flatMap(({ host_id: hostId, db_name: dbName }, destination) => [
    ...arraySnapshots.flatMap(({ name }, index) => {
      const view = arrayName(task.requestId, `view-${String(destination)}-${String(index)}`);
      return [`array view ${view} of ${name}`, `array mapping of ${view} to ${hostId}`];
    }),
    `host database ${hostId}/${dbName}`,
    `database row ${hostId}/${dbName}`,
    ...clones
      .filter((clone) => clone.hostId === hostId && clone.dbName === dbName)
      .flatMap(({ dbId }) => [
        `clone row ${hostId}/${dbId.padStart(10, '0')} ${dbName}`,
        `pin clone#${hostId}#${dbId} on snapshot ${snapshotId}`,
      ]),
  ]);
};

export const importSnapshotScenario: Scenario = {
  flow: 'import-snapshot',
  endsAs: 'done',
  prepare: prepareSnapshot,
  ask: async (world) => {
    const { snapshotId } = await onlySnapshot(world);
    const asked = await world.ask('import-snapshot', { path: { snapshot_id: snapshotId }, body: { destinations } });
    return Asked.parse(asked).request_id;
  },
  routes: {
    BeginUnwind: { endsAs: 'failed', plan: (world) => [world.hooks.set('complete-clone', failBefore)] },
  },
  done: async (world, task) => ({ come: await linesOf(world, task), gone: [] }),
};
