import { failBefore } from '../bed/step-hooks.ts';
import type { World } from '../bed/world.ts';
import { askToDelete, prepareClone } from './delete-clone.ts';
import type { Scenario } from './scenario.ts';

const linesByWorld = new WeakMap<World, readonly string[]>();

/** The call follows the task to its end; the task is known as soon as its execution was started. */
const askInBackground = async (world: World, snapshotId: string): Promise<string> => {
  const asked = world.ask('delete-snapshot', { path: { snapshot_id: snapshotId } }).then(
    () => 'done',
    (error: unknown) => String(error),
  );
  for (;;) {
    const task = (await world.store.listTasks()).find((one) => one.plan.flow === 'delete-snapshot');
    const isStarted = world.engine
      .executions()
      .some(({ request }) => task !== undefined && request.name.startsWith(task.requestId));
    if (task !== undefined && isStarted) return task.requestId;
    const answer = await Promise.race([asked, new Promise<null>((resolve) => setTimeout(resolve, 2, null))]);
    if (answer !== null && task === undefined) throw new Error(`delete-snapshot made no task: ${answer}`);
  }
};

export const deleteSnapshotScenario: Scenario = {
  flow: 'delete-snapshot',
  endsAs: 'done',
  prepare: async (world) => {
    await prepareClone(world);
    await askToDelete(world);
    await world.idle();
    linesByWorld.set(world, await world.lines());
  },
  ask: async (world) => {
    const [snapshot] = await world.store.listSnapshots();
    if (snapshot === undefined) throw new Error('no snapshot to delete');
    return await askInBackground(world, snapshot.snapshotId);
  },
  routes: {
    BeginUnwind: { endsAs: 'failed', plan: (world) => [world.hooks.set('remove-array-snapshots', failBefore)] },
  },
  done: (world) => {
    const before = linesByWorld.get(world) ?? [];
    return Promise.resolve({ come: [], gone: before.filter((line) => /^(array|available) snapshot /.test(line)) });
  },
};
