import { randomBytes } from 'node:crypto';
import { arrayName } from '../../../shared/domain/array-names.ts';
import { requestIdOf } from '../../../shared/domain/request-id.ts';
import type { Task } from '../../../shared/domain/task.ts';
import { systemClock } from '../../../shared/ports/clock.ts';
import { recordAlone, startSnapshot } from '../../../shared/use-cases/snapshot-tasks.ts';
import { failBefore } from '../bed/step-hooks.ts';
import { original, sourceHostId, type World } from '../bed/world.ts';
import type { Scenario } from './scenario.ts';

const groups = ['vg-data', 'vg-log'] as const;

const askForSnapshot = async (world: World): Promise<string> => {
  const started = await startSnapshot(
    { store: world.store, flows: world.engine.flows, clock: systemClock },
    {
      requestId: requestIdOf(Date.now(), randomBytes(25)),
      principal: 'user:operator',
      refId: 'test',
      sourceIp: '127.0.0.1',
    },
    {
      hostId: sourceHostId,
      databaseIds: [original.id],
      namePrefix: 'snap',
      consistencyLevel: 'application',
      forceVss: false,
      scheduleId: '',
    },
    recordAlone(world.store),
  );
  if (started.outcome !== 'started') throw new Error(`no snapshot: ${JSON.stringify(started)}`);
  return started.task.requestId;
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
  ask: askForSnapshot,
  routes: {
    DiscardSnapshot: {
      endsAs: 'done',
      plan: (world) => [world.agent(sourceHostId).script.plan('thaw', { how: 'lapse' })],
    },
    BeginUnwind: { endsAs: 'failed', plan: (world) => [world.hooks.set('complete-snapshot', failBefore)] },
  },
  done: (_, task) => Promise.resolve({ come: snapshotLines(task), gone: [] }),
};
