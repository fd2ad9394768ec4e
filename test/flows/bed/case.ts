/** One case of a law: a fresh world in which a flow is asked for under something planted. */
import { expect } from 'vitest';
import type { Flow, FlowStep } from '../../../statemachines/flow-table.ts';
import type { Task } from '../../../shared/domain/task.ts';
import type { TestTable } from '../../api/test-database.ts';
import { scenarioOf } from '../scenarios/index.ts';
import { assertFinishedOrUndone, assertFired, drive, type Ended } from './ending.ts';
import type { FaultSwitch } from './fault-switch.ts';
import { createWorld, type World } from './world.ts';

export interface CaseOf {
  readonly flow: Flow;
  readonly step: FlowStep;
}

export interface Planted {
  readonly plant: (world: World) => readonly FaultSwitch[];
  /** Between the first rest and the sweeper, with the task's id. */
  readonly meanwhile?: (world: World, requestId: string) => Promise<void>;
}

/** Runs the flow to its end, with the state's route and the planted things; everything planted must have come about. */
export async function runCase(
  table: TestTable,
  { flow, step }: CaseOf,
  planted: Planted,
): Promise<Ended & { readonly world: World }> {
  const scenario = scenarioOf(flow.name);
  const world = await createWorld(table);
  try {
    await scenario.prepare(world);
    const before = await world.lines();
    const circumstances = scenario.routes[step.state]?.plan(world) ?? [];
    const switches = planted.plant(world);
    const requestId = await scenario.ask(world);
    await world.idle();
    await planted.meanwhile?.(world, requestId);
    const ended = await drive(world, requestId);
    world.outlastFreezes();
    assertFired([...circumstances, ...switches]);
    await assertFinishedOrUndone(world, scenario, ended.task, before);
    return { ...ended, world };
  } finally {
    await world.stop();
  }
}

/** How the task ends when nothing more than the state's own route happens. */
export const plainEnd = ({ flow, step }: CaseOf): Task['state'] => {
  const scenario = scenarioOf(flow.name);
  return scenario.routes[step.state]?.endsAs ?? scenario.endsAs;
};

/** Whether the flow can only go on once the step has not acted yet (`before`), or has (`after`). */
export const mustGoOn = ({ flow, step }: CaseOf, when: 'before' | 'after'): boolean => {
  if (step.pastPointOfNoReturn !== true) return false;
  if (when === 'after') return true;
  const previous = flow.steps[flow.steps.indexOf(step) - 1];
  return previous?.pastPointOfNoReturn === true;
};

/** A failure before the point of no return ends as failed without anybody's help; after it the flow is carried through. */
export function assertFailedAsDeclared(of: CaseOf, when: 'before' | 'after', { task, ticks }: Ended): void {
  expect(task.state).toBe(mustGoOn(of, when) ? 'done' : 'failed');
  const unwindsByItself = of.flow.name !== 'unwind' && of.step.state !== 'BeginUnwind' && !mustGoOn(of, when);
  if (unwindsByItself) expect(ticks).toBe(0);
}
