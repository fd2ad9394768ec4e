/** What a flow does when nothing goes wrong: the result, what it costs, and that its table says whom it touches. */
import { describe, expect, it, vi } from 'vitest';
import { flows } from '../../statemachines/index.ts';
import { useDatabase } from '../api/test-database.ts';
import { assertFinishedOrUndone, drive } from './bed/ending.ts';
import type { Around } from './bed/step-hooks.ts';
import { createWorld, type World } from './bed/world.ts';
import { askForClones } from './scenarios/create-clone.ts';
import { scenarioOf } from './scenarios/index.ts';

vi.setConfig({ testTimeout: 100_000 });
const freshTable = useDatabase();

const inWorld = async (body: (world: World) => Promise<void>): Promise<void> => {
  const world = await createWorld(await freshTable());
  try {
    await body(world);
  } finally {
    await world.stop();
  }
};

describe.concurrent.each(flows.map((flow) => ({ name: flow.name, flow })))('$name', ({ flow }) => {
  it('gives what it promises, at once', () =>
    inWorld(async (world) => {
      const scenario = scenarioOf(flow.name);
      await scenario.prepare(world);
      const before = await world.lines();
      const { task, ticks } = await drive(world, await scenario.ask(world));
      expect({ state: task.state, ticks }).toEqual({ state: scenario.endsAs, ticks: 0 });
      await assertFinishedOrUndone(world, scenario, task, before);
    }));

  it('asks the array what its table says, in the states that say so', () =>
    inWorld(async (world) => {
      const scenario = scenarioOf(flow.name);
      await scenario.prepare(world);
      const asked = new Map<string, Set<string>>();
      for (const step of flow.steps) {
        const noting: Around = async (run) => {
          const from = world.array.verbs.length;
          const output = await run();
          const verbs = asked.get(step.state) ?? new Set();
          for (const verb of world.array.verbs.slice(from)) verbs.add(verb);
          asked.set(step.state, verbs);
          return output;
        };
        if (step.touches.what === 'array') world.hooks.set(step.action.name, noting, Infinity);
      }
      await drive(world, await scenario.ask(world));
      for (const { state, touches } of flow.steps) {
        if (touches.what !== 'array' || flow.offTheWay.includes(state)) continue;
        expect({ state, verbs: [...(asked.get(state) ?? [])] }).toEqual({
          state,
          verbs: expect.arrayContaining([...touches.verbs]),
        });
      }
    }));
});

describe('create-clone', () => {
  it.each([1, 2])('makes at most 12 transitions, and 3 more for each destination after the first (%i)', (count) =>
    inWorld(async (world) => {
      await drive(world, await askForClones(world, count));
      const [counts, ...others] = world.engine.executions().map(({ history }) => history.counts);
      expect(others).toEqual([]);
      expect(counts?.transitions).toBeLessThanOrEqual(12 + 3 * (count - 1));
      expect(counts?.retries).toBe(0);
      // Ten destinations must fit into 8 kB, so one may add 800 bytes.
      expect(counts?.largestPayloadBytes).toBeLessThanOrEqual(300 + 800 * count);
    }),
  );

  it('takes every snapshot under one freeze, and thaws', () =>
    inWorld(async (world) => {
      const { task } = await drive(world, await askForClones(world, 1));
      const names = world.array.memory.contents().snapshots.map(({ name }) => name);
      expect(names).toHaveLength(2);
      const freezeId = `${task.requestId}.1`;
      expect(names.map((name) => world.array.takenUnder.get(name))).toEqual([[freezeId], [freezeId]]);
      expect([...world.agents.values()].flatMap((agent) => agent.host.freezes())).toEqual([]);
    }));
});
