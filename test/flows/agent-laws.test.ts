/** Agents that refuse, fall silent and come back, answer late or twice: over each state of each flow that tells one something. */
import { describe, expect, it, vi } from 'vitest';
import type { AgentCommandKind } from '../../shared/contracts/agent.ts';
import { flows } from '../../statemachines/index.ts';
import { useDatabase } from '../api/test-database.ts';
import type { Deviation } from './bed/agent-script.ts';
import { type CaseOf, runCase } from './bed/case.ts';
import type { FaultSwitch } from './bed/fault-switch.ts';
import type { World } from './bed/world.ts';

vi.setConfig({ testTimeout: 100_000 });
const freshTable = useDatabase();

const cases = flows.flatMap((flow) =>
  flow.steps.flatMap((step) =>
    step.touches.what === 'agent'
      ? step.touches.commands.map((command) => ({ name: `${flow.name} ${step.state} ${command}`, flow, step, command }))
      : [],
  ),
);

/** Plans it for every agent; it counts when one of them met it. */
const planned = (world: World, command: AgentCommandKind, deviation: Deviation): FaultSwitch => {
  const switches = [...world.agents.values()].map((agent) => agent.script.plan(command, deviation));
  return { fired: () => switches.some((one) => one.fired()) };
};

/** A database that may still be on a host of which nothing is heard is named to people, and its disks stay mapped. */
const assertLeftoversNamed = async (world: World, requestId: string): Promise<void> => {
  const task = await world.task(requestId);
  const left = (await world.store.listEffects(requestId)).filter(
    ({ kind, state }) => kind === 'attach' && state !== 'undone',
  );
  // A swap of which nothing is heard is driven on: what it put in service is no leftover.
  if (left.length === 0 || task.pastPointOfNoReturn) return;
  expect(task.state).toBe('needs_attention');
  for (const { name, hostId } of left) expect(task.error).toContain(`database ${name} on host ${hostId}`);
};

const comeBack = async (world: World): Promise<void> => {
  for (const agent of world.agents.values()) if (agent.isSilent()) await agent.comeBack();
};

const answerLate = async (world: World): Promise<void> => {
  for (const agent of world.agents.values()) await agent.answerLate();
};

describe.concurrent.each(cases)('$name', ({ flow, step, command }) => {
  const of: CaseOf = { flow, step };

  it('refused by the agent ends finished or undone', async () => {
    const { task } = await runCase(await freshTable(), of, {
      plant: (world) => [planned(world, command, { how: 'fail' })],
    });
    expect(task.state).toBe('failed');
  });

  it.each(['before', 'after'] as const)(
    'whose agent falls silent %s it obeys, and is back later, leaves nothing',
    async (when) => {
      const { task } = await runCase(await freshTable(), of, {
        plant: (world) => [planned(world, command, { how: 'fall-silent', when })],
        meanwhile: async (world, requestId) => {
          await assertLeftoversNamed(world, requestId);
          await comeBack(world);
        },
      });
      expect(task.state).toBe(step.pastPointOfNoReturn === true ? 'done' : 'failed');
    },
  );

  it('answered after some heartbeats goes on', async () => {
    const { task, ticks } = await runCase(await freshTable(), of, {
      plant: (world) => [planned(world, command, { how: 'with-heartbeats' })],
    });
    expect({ state: task.state, ticks }).toEqual({ state: flow.name === 'unwind' ? 'failed' : 'done', ticks: 0 });
  });

  it('answered after everybody stopped waiting leaves nothing', async () => {
    const { task } = await runCase(await freshTable(), of, {
      plant: (world) => [planned(world, command, { how: 'late' })],
      meanwhile: answerLate,
    });
    expect(task.state).toBe(step.pastPointOfNoReturn === true ? 'done' : 'failed');
  });

  it('answered twice is one answer', async () => {
    const { task } = await runCase(await freshTable(), of, {
      plant: (world) => [planned(world, command, { how: 'twice' })],
    });
    expect(task.state).toBe(flow.name === 'unwind' ? 'failed' : 'done');
  });
});
