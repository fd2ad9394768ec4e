import { lockKeysOf } from '../../../shared/domain/plan.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import { acquireAll } from '../../../shared/use-cases/locking.ts';
import { defineStep, WaitingStepInput } from '../step.ts';

/** Waits until no other task works on the databases the task changes. Undo: finish-unwind releases. */
export const acquireDatabases = defineStep({
  name: 'acquire-databases',
  input: WaitingStepInput,
  phase: 'forward',
  needs: ['store', 'flows', 'clock'],
  async run(deps, task, { token }) {
    await deps.store.markRunning(task.requestId, nowSeconds(deps.clock));
    const keys = [...new Set(lockKeysOf(task.plan))].sort();
    const waiter = { requestId: task.requestId, attempt: task.attempt, token, keys };
    const decision = await acquireAll(deps, waiter);
    if (decision === 'held') await deps.flows.succeed(token, {});
    return { decision };
  },
});
