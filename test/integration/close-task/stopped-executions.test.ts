/**
 * The law of test/flows/lost-executions with the closer of tasks in the sweeper's place: whatever step an execution is
 * stopped after, its event alone has the task finished or undone. Over each row of each flow's table.
 */
import { describe, expect, it, vi } from 'vitest';
import { closeTask } from '../../../functions/events/close-task/close-task.ts';
import { executionStatusChange } from '../../../local/cloud/events/cloud-event.ts';
import { silentLog } from '../../../shared/ports/log.ts';
import { systemClock } from '../../../shared/ports/clock.ts';
import { flows } from '../../../statemachines/index.ts';
import { useDatabase } from '../../api/test-database.ts';
import { mustGoOn, runCase } from '../../flows/bed/case.ts';
import { flowArnPrefix } from '../../flows/bed/flow-machines.ts';
import { stopped } from '../../flows/bed/stopped.ts';
import type { World } from '../../flows/bed/world.ts';
import { eventGrants } from '../../../infra/grants/events.ts';
import { actingAs, grantedFlows } from '../../api/acting-as.ts';

vi.setConfig({ testTimeout: 100_000 });
const freshTable = useDatabase();

const cases = flows.flatMap((flow) => flow.steps.map((step) => ({ name: `${flow.name} ${step.state}`, flow, step })));

/** Each end is told, as EventBridge would, the oldest first and every one twice, until nothing ends any more. */
const tellEnds = async (world: World): Promise<void> => {
  const settings = { startGraceSeconds: 15, flowArnPrefix };
  const grants = eventGrants['close-task'];
  const actor = { functionName: 'events-close-task', grants, onRefusal: () => undefined };
  const deps = {
    store: world.store,
    flows: grantedFlows(world.engine.flows),
    clock: systemClock,
    log: silentLog,
    settings,
  };
  const told = new Set<string>();
  for (;;) {
    await world.idle();
    const untold = [...world.engine.executions()].reverse().filter(({ request }) => !told.has(request.arn));
    if (untold.length === 0) return;
    for (const execution of untold) {
      told.add(execution.request.arn);
      await actingAs(actor, () => closeTask(deps, executionStatusChange(execution)));
      await actingAs(actor, () => closeTask(deps, executionStatusChange(execution)));
    }
  }
};

describe.concurrent.each(cases)('$name', ({ flow, step }) => {
  it('whose execution is stopped is finished or undone by the event of its end', async () => {
    const of = { flow, step };
    const { task, ticks } = await runCase(await freshTable(), of, {
      plant: (world) => [world.hooks.set(step.action.name, stopped(world))],
      meanwhile: tellEnds,
    });
    expect(task.state).toBe(mustGoOn(of, 'after') ? 'done' : 'failed');
    // A task that had come to need attention is tried again in the sweeper's time.
    expect([step.state, ticks]).toEqual([step.state, step.action.name === 'mark-needs-attention' ? 1 : 0]);
  });
});
