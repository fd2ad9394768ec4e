import { expect, it } from 'vitest';
import { useDatabase } from '../api/test-database.ts';
import { createWorld } from './bed/world.ts';
import { createCloneScenario } from './scenarios/create-clone.ts';

const freshTable = useDatabase();

it('makes clones', async () => {
  const t0 = Date.now();
  const world = await createWorld(await freshTable());
  const t1 = Date.now();
  const before = await world.lines();
  const id = await createCloneScenario.ask(world);
  await world.idle();
  const t2 = Date.now();
  const task = await world.task(id);
  const after = await world.lines();
  console.log(t1 - t0, t2 - t1, task, before, after, world.engine.executions().map((e) => [e.status, e.end, e.history.counts]));
  expect(world.troubles()).toEqual([]);
  const done = await createCloneScenario.done?.(world, task);
  expect(after.filter((l) => !before.includes(l) && !l.startsWith('task#'))).toEqual(done?.come.toSorted());
  await world.stop();
}, 40_000);
