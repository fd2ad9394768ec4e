import { z } from 'zod';
import { failBefore } from '../bed/step-hooks.ts';
import { otherHostId, type World } from '../bed/world.ts';
import { askForClones } from './create-clone.ts';
import { askForSnapshot } from './create-snapshot.ts';
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

export const askToDelete = async (world: World, cascade = false): Promise<string> => {
  const clone = await madeClone(world);
  const body = { host_id: clone.hostId, database_id: clone.dbId, cascade };
  return Asked.parse(await world.ask('delete-clone', { body })).request_id;
};

/** What a clone owns: all of it goes with it, and the snapshot it was made from stays. */
const ownLine = /^(array view|array mapping of|clone row|pin clone#|snapshot \S+ of clone) ?/;
const databaseLines: ReadonlySet<string> = new Set([
  `host database ${otherHostId}/orders_test`,
  `database row ${otherHostId}/orders_test`,
]);

/** The state before, kept when the scenario is prepared: the lines of the clone are known only then. */
const linesByWorld = new WeakMap<World, { readonly all: readonly string[]; readonly ofClone: readonly string[] }>();

/** A cascade: a snapshot was taken of the clone, and goes with it. */
export const deleteCloneScenario: Scenario = {
  flow: 'delete-clone',
  endsAs: 'done',
  prepare: async (world) => {
    await prepareClone(world);
    const made = await world.lines();
    await askForSnapshot(world, await madeClone(world));
    await world.idle();
    const taken = await world.lines();
    linesByWorld.set(world, {
      all: taken,
      ofClone: taken.filter((line) => !made.includes(line) && !line.startsWith('task#')),
    });
  },
  ask: (world) => askToDelete(world, true),
  routes: {
    BeginUnwind: { endsAs: 'failed', plan: (world) => [world.hooks.set('acquire-databases', failBefore)] },
  },
  done: (world) => {
    const { all, ofClone } = linesByWorld.get(world) ?? { all: [], ofClone: [] };
    const gone = all.filter((line) => ownLine.test(line) || databaseLines.has(line) || ofClone.includes(line));
    return Promise.resolve({ come: [], gone });
  },
};
