/** Drives a task to its end and says what must hold there. */
import { expect } from 'vitest';
import { isFinal, type Task } from '../../../shared/domain/task.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import type { FaultSwitch } from './fault-switch.ts';
import type { World } from './world.ts';

export interface Ended {
  readonly task: Task;
  /** Ticks of the sweeper that it took. */
  readonly ticks: number;
}

const maxTicks = 8;

/** Lets the flow run, and the sweeper repair what does not end by itself. */
export async function drive(world: World, requestId: string): Promise<Ended> {
  for (let ticks = 0; ticks <= maxTicks; ticks += 1) {
    await world.idle();
    const task = await world.task(requestId);
    if (isFinal(task.state)) return { task, ticks };
    await world.tick();
  }
  const { state, phase, attempt, error } = await world.task(requestId);
  throw new Error(
    `not ended after ${String(maxTicks)} ticks: ${state}, ${phase}, attempt ${String(attempt)}, ${error}`,
  );
}

/** Lists leftovers, and what should still stand and does not, one by one. */
function assertCleanSlate(before: readonly string[], after: readonly string[]): void {
  const leftovers = after.filter((line) => !before.includes(line));
  const missing = before.filter((line) => !after.includes(line));
  expect({ leftovers, missing }).toEqual({ leftovers: [], missing: [] });
}

/** A person reads it: words, no stack, no name of a class alone. */
function assertSentence(error: string): void {
  expect(error).not.toBe('');
  expect(error).not.toMatch(/\n\s+at |Error:|\bundefined\b|\[object/);
  if (error !== 'canceled') expect(error).toMatch(/[a-z']+ [a-z']+ [a-z']+/);
}

const isDone = (state: Task['state']): boolean => state === 'done' || state === 'done_with_warning';

/** Finished: exactly what the flow promises stands. Otherwise: exactly what stood before. And nobody noticed anything odd. */
export async function assertFinishedOrUndone(
  world: World,
  scenario: Scenario,
  task: Task,
  before: readonly string[],
): Promise<void> {
  const after = await world.lines();
  if (isDone(task.state)) {
    if (scenario.done === null) throw new Error(`${scenario.flow} never ends as ${task.state}`);
    const { come, gone } = await scenario.done(world, task);
    const journal = `task#${task.requestId} effect#`;
    const expected = [...before.filter((line) => !gone.includes(line)), ...come];
    assertCleanSlate(
      expected,
      after.filter((line) => !line.startsWith(journal)),
    );
    expect(task.error).toBe('');
  } else {
    assertCleanSlate(before, after);
    assertSentence(task.error);
    expect(task.result).toBeNull();
  }
  expect(task.leftovers).toEqual([]);
  expect(world.troubles()).toEqual([]);
}

/** A case counts only when everything it planted came about. */
export function assertFired(switches: readonly FaultSwitch[]): void {
  expect(switches.map((one) => one.fired())).toEqual(switches.map(() => true));
}
