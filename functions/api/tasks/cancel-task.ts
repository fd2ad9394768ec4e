import { lockKeysOf } from '../../../shared/domain/plan.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import { type Cancelability, cancelability, isOver, type Task } from '../../../shared/domain/task.ts';
import { FlexTask, flexTask } from '../../../shared/faces/flex/flex-task.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import { releaseAll } from '../../../shared/use-cases/locking.ts';
import type { FlowApiDeps } from '../api-deps.ts';
import { auditEntry } from '../audit-entry.ts';
import { TaskPath } from './get-task.ts';

const refusals: Readonly<Record<Exclude<Cancelability, 'yes'>, string>> = {
  'already-canceling': 'is being canceled already',
  final: 'is finished',
  'past-point-of-no-return': 'is past its point of no return',
  unwinding: 'has failed and is being undone',
};

async function find(deps: FlowApiDeps, requestId: string): Promise<Task> {
  const task = await deps.store.getTask(requestId);
  if (task === undefined) throw new DomainError('NotFound', `Task '${requestId}' not found`);
  return task;
}

/** Wakes what the task waits for: its place in a lock's queue, and the commands its agents have not answered. */
async function failParkedTokens(deps: FlowApiDeps, task: Task): Promise<void> {
  const locks = await deps.store.readLocks([...new Set(lockKeysOf(task.plan))]);
  const waiting = locks.filter((lock) => lock.waiters.some((waiter) => waiter.requestId === task.requestId));
  const keys = waiting.map((lock) => lock.key);
  for (const waiter of await releaseAll(deps, keys, task.requestId))
    await deps.flows.fail(waiter.token, 'TaskCanceled', 'canceled');
  for (const command of await deps.store.listCommands(task.requestId)) {
    if (command.state !== 'sent' || command.purpose !== 'do') continue;
    await deps.store.settleCommand(task.requestId, command.commandId, 'revoked');
    await deps.flows.fail(command.token, 'TaskCanceled', 'canceled');
  }
}

/**
 * Cancels a task cooperatively: its steps stop before they act next, what it waits for is failed, and the unwind takes
 * back what was done. 202 with the task; 409 when it is final or past the point of no return. Ours (design, section 5).
 */
export const cancelTask = defineOperation({
  operation: 'cancel-task',
  method: 'POST',
  path: '/api/echo/v1/tasks/{request_id}/cancel',
  capability: 'tasks',
  audience: 'operator',
  summary: 'Cancel a task',
  request: { path: TaskPath },
  response: FlexTask,
  successStatus: 202,
  task: null,
  async run(deps: FlowApiDeps, call) {
    const { request_id: requestId } = call.path;
    const task = await find(deps, requestId);
    const may = cancelability(task);
    if (may !== 'yes') throw new DomainError('Refused', `task '${requestId}' ${refusals[may]}`);
    const audit = auditEntry(deps.clock, call, 'cancel-task', requestId, requestId);
    const updatedAtSeconds = nowSeconds(deps.clock);
    if (!(await deps.store.requestCancel(requestId, updatedAtSeconds, audit))) {
      const now = cancelability(await find(deps, requestId));
      throw new DomainError('Refused', `task '${requestId}' ${now === 'yes' ? 'is changing' : refusals[now]}`);
    }
    await failParkedTokens(deps, task);
    return { body: flexTask({ ...task, state: 'canceling', cancelRequested: true, updatedAtSeconds }) };
  },
  // The first may have died between the flag and the waking; both may be repeated.
  async resume(deps, _, task) {
    if (task.cancelRequested && !isOver(task)) await failParkedTokens(deps, task);
    return { body: flexTask(task) };
  },
});
