import { z } from 'zod';
import { failBefore } from '../bed/step-hooks.ts';
import { otherHostId, type World } from '../bed/world.ts';
import { askForClones } from './create-clone.ts';
import type { Scenario } from './scenario.ts';

const Asked = z.object({ request_id: z.string() });

const madeClone = async (world: World) => {
  const [clone] = await world.store.listClones();
  if (clone === undefined) throw new Error('no clone was made');
  return clone;
};

export const prepareClone = async (world: World): Promise<void> => {
  await askForClones(world, 1);
  await world.idle();
  await madeClone(world);
};

export const askToDelete = async (world: World): Promise<string> => {
  const clone = await madeClone(world);
  const body = { host_id: clone.hostId, database_id: clone.dbId };
  return Asked.parse(await world.ask('delete-clone', { body })).request_id;
};

/** What a clone owns: all of it goes with it, and the snapshot it was made from stays. */
const ownLine = /^(array view|array mapping of|clone row|pin clone#) ?/;
const databaseLines: ReadonlySet<string> = new Set([
  `host database ${otherHostId}/orders_test`,
  `database row ${otherHostId}/orders_test`,
]);

/** The state before, kept when the scenario is prepared: the lines of the clone are known only then. */
const linesByWorld = new WeakMap<World, readonly string[]>();

export const deleteCloneScenario: Scenario = {
  flow: 'delete-clone',
  endsAs: 'done',
  prepare: async (world) => {
    await prepareClone(world);
    linesByWorld.set(world, await world.lines());
  },
  ask: askToDelete,
  routes: {
    BeginUnwind: { endsAs: 'failed', plan: (world) => [world.hooks.set('acquire-clone', failBefore)] },
  },
  done: (world) => {
    const before = linesByWorld.get(world) ?? [];
    return Promise.resolve({ come: [], gone: before.filter((line) => ownLine.test(line) || databaseLines.has(line)) });
  },
};
