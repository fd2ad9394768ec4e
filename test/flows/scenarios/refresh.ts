import { z } from 'zod';
import { arrayName } from '../../../shared/domain/array-names.ts';
import type { Clone } from '../../../shared/domain/clone.ts';
import type { Task } from '../../../shared/domain/task.ts';
import { failBefore } from '../bed/step-hooks.ts';
import { original, otherHostId, sourceHostId, type World } from '../bed/world.ts';
import { askForSnapshot } from './create-snapshot.ts';
import type { Scenario } from './scenario.ts';

const Asked = z.object({ request_id: z.string() });
const names = ['orders_test', 'orders_more'] as const;

interface Before {
  readonly clones: readonly Clone[];
  readonly lines: readonly string[];
  readonly snapshotId: string;
}

/** The state before, kept when the scenario is prepared: what is replaced is known only then. */
const beforeByWorld = new WeakMap<World, Before>();

export const beforeRefresh = (world: World): Before => {
  const before = beforeByWorld.get(world);
  if (before === undefined) throw new Error('the world was not prepared for a refresh');
  return before;
};

/** Two clones of one snapshot, and a newer snapshot of the same source. */
export const prepareRefresh = async (world: World): Promise<void> => {
  const destinations = names.map((name) => ({ host_id: otherHostId, db_id: original.id, db_name: name }));
  await world.ask('create-clone', { body: { source_host_id: sourceHostId, destinations } });
  await world.idle();
  const older = new Set((await world.store.listSnapshots()).map((one) => one.snapshotId));
  await askForSnapshot(world);
  await world.idle();
  const newer = (await world.store.listSnapshots()).find((one) => !older.has(one.snapshotId));
  if (newer === undefined) throw new Error('no second snapshot was taken');
  const { snapshotId } = newer;
  beforeByWorld.set(world, { clones: await world.store.listClones(), lines: await world.lines(), snapshotId });
};

export const askToRefresh = async (world: World, keepBackup: boolean): Promise<string> => {
  const body = { snapshot_id: beforeRefresh(world).snapshotId, db_names: names, keep_backup: keepBackup };
  const asked = await world.ask('refresh-databases', { path: { host_id: otherHostId }, body });
  return Asked.parse(asked).request_id;
};

/** What the copies are on the array, whatever database is on them. */
export const copyLines = async (world: World, task: Task): Promise<readonly string[]> => {
  const snapshot = await world.store.getSnapshot(beforeRefresh(world).snapshotId);
  return names.flatMap((_, copy) =>
    (snapshot?.arraySnapshots ?? []).flatMap(({ name }, index) => {
      const view = arrayName(task.requestId, `view-${String(copy)}-${String(index)}`);
      return [`array view ${view} of ${name}`, `array mapping of ${view} to ${otherHostId}`];
    }),
  );
};

/** Without a backup: ids, names and rows stay, volumes and pins change. */
export const refreshScenario: Scenario = {
  flow: 'refresh',
  endsAs: 'done',
  prepare: prepareRefresh,
  ask: (world) => askToRefresh(world, false),
  routes: {
    BeginUnwind: { endsAs: 'failed', plan: (world) => [world.hooks.set('settle-destinations', failBefore)] },
  },
  done: async (world, task) => {
    const { clones, lines, snapshotId } = beforeRefresh(world);
    const views = clones.flatMap((clone) => clone.views);
    return {
      come: [
        ...(await copyLines(world, task)),
        ...clones.map(({ hostId, dbId }) => `pin clone#${hostId}#${dbId} on snapshot ${snapshotId}`),
      ],
      gone: lines.filter((line) => line.startsWith('pin clone#') || views.some((view) => line.includes(view))),
    };
  },
};
