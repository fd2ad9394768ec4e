import { z } from 'zod';
import { arrayName } from '../../../shared/domain/array-names.ts';
import type { Task } from '../../../shared/domain/task.ts';
import { failBefore } from '../bed/step-hooks.ts';
import { original, sourceHostId, type World } from '../bed/world.ts';
import type { Scenario } from './scenario.ts';

const groups = ['vg-data', 'vg-log'] as const;

const Asked = z.object({ request_id: z.string() });

export const askForSnapshot = async (
  world: World,
  { hostId, dbId }: { readonly hostId: string; readonly dbId: string } = { hostId: sourceHostId, dbId: original.id },
): Promise<string> => {
  const body = { source_host_id: hostId, database_ids: [dbId] };
  return Asked.parse(await world.ask('create-snapshot', { body })).request_id;
};

const snapshotLines = (task: Task): readonly string[] => [
  ...groups.map((group, index) => {
    const name = arrayName(task.requestId, `array-snapshot-${String(task.freezeRound)}-${String(index)}`);
    return `array snapshot ${name} of ${group}`;
  }),
  `available snapshot ${task.snapshotId}`,
];

export const createSnapshotScenario: Scenario = {
  flow: 'create-snapshot',
  endsAs: 'done',
  prepare: () => Promise.resolve(),
  ask: (world) => askForSnapshot(world),
  routes: {
    DiscardSnapshot: {
      endsAs: 'done',
      plan: (world) => [world.agent(sourceHostId).script.plan('thaw', { how: 'lapse' })],
    },
    BeginUnwind: { endsAs: 'failed', plan: (world) => [world.hooks.set('complete-snapshot', failBefore)] },
  },
  done: (_, task) => Promise.resolve({ come: snapshotLines(task), gone: [] }),
};
