import { z } from 'zod';
import { arrayName } from '../../../shared/domain/array-names.ts';
import type { Task } from '../../../shared/domain/task.ts';
import { failBefore } from '../bed/step-hooks.ts';
import { original, otherHostId, sourceHostId, type World } from '../bed/world.ts';
import type { Scenario } from './scenario.ts';

const destinations = [
  { host_id: otherHostId, db_id: original.id, db_name: 'orders_test' },
  { host_id: sourceHostId, db_id: original.id, db_name: 'orders_copy' },
] as const;

const groups = ['vg-data', 'vg-log'] as const;
const Asked = z.object({ request_id: z.string() });

/** Asks for a clone to each of the first `count` destinations. */
export const askForClones = async (world: World, count: number): Promise<string> => {
  const body = { source_host_id: sourceHostId, destinations: destinations.slice(0, count) };
  return Asked.parse(await world.ask('create-clone', { body })).request_id;
};

/** What a clone to each of the first `count` destinations leaves. */
const cloneLines = async (world: World, task: Task, count: number): Promise<readonly string[]> => {
  const name = (role: string): string => arrayName(task.requestId, role);
  const snapshotName = (index: number): string => name(`array-snapshot-${String(task.freezeRound)}-${String(index)}`);
  const clones = (await world.store.listClones()).filter((clone) => clone.requestId === task.requestId);
  return [
    ...groups.map((group, index) => `array snapshot ${snapshotName(index)} of ${group}`),
    `available snapshot ${task.snapshotId}`,
    ...destinations.slice(0, count).flatMap(({ host_id: hostId, db_name: dbName }, destination) => [
      ...groups.flatMap((_, index) => {
        const view = name(`view-${String(destination)}-${String(index)}`);
        return [`array view ${view} of ${snapshotName(index)}`, `array mapping of ${view} to ${hostId}`];
      }),
      `host database ${hostId}/${dbName}`,
      `database row ${hostId}/${dbName}`,
      ...clones
        .filter((clone) => clone.hostId === hostId && clone.dbName === dbName)
        .flatMap(({ dbId }) => [
          `clone row ${hostId}/${dbId.padStart(10, '0')} ${dbName}`,
          `pin clone#${hostId}#${dbId} on snapshot ${task.snapshotId}`,
        ]),
    ]),
  ];
};

export const createCloneScenario: Scenario = {
  flow: 'create-clone',
  endsAs: 'done',
  prepare: () => Promise.resolve(),
  ask: (world) => askForClones(world, destinations.length),
  routes: {
    DiscardSnapshot: {
      endsAs: 'done',
      plan: (world) => [world.agent(sourceHostId).script.plan('thaw', { how: 'lapse' })],
    },
    BeginUnwind: { endsAs: 'failed', plan: (world) => [world.hooks.set('complete-clone', failBefore)] },
  },
  done: async (world, task) => ({ come: await cloneLines(world, task, destinations.length), gone: [] }),
};
