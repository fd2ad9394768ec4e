import { beingRemoved } from '../../shared/domain/array.ts';
import { DomainError } from '../../shared/domain/errors.ts';
import type { Issue } from '../../shared/domain/issue.ts';
import type { Task } from '../../shared/domain/task.ts';
import { Refusal } from '../../shared/http/http-errors.ts';
import type { ApiCall } from '../../shared/http/route.ts';
import type { RecordGuards } from '../../shared/ports/store.ts';
import { recordUnder, startTask, type TaskContent } from '../../shared/use-cases/start-task.ts';
import type { FlowApiDeps } from './api-deps.ts';
import { taskOrder } from './task-order.ts';

/** What the rules say of a call: why not, or the task and what must still hold of what they looked at. */
export type Decision =
  | { readonly issues: readonly Issue[] }
  | { readonly content: TaskContent; readonly guards: Partial<Omit<RecordGuards, 'reserve'>> };

/** Looks when things change between the look and the record. */
const maxLooks = 5;

/**
 * Starts the task that a call asks for, or throws why not. When a guard does not hold any more it looks again, and the
 * rules say what came in between.
 */
export async function startCalledTask(
  deps: FlowApiDeps,
  call: Pick<ApiCall, 'principal' | 'refId' | 'sourceIp' | 'claim'>,
  look: () => Promise<Decision>,
): Promise<Task> {
  const order = taskOrder(deps, call);
  for (let looks = 0; looks < maxLooks; looks += 1) {
    const decision = await look();
    if ('issues' in decision) throw new Refusal(decision.issues);
    const { content, guards } = decision;
    const begun = await startTask(deps, order, content, recordUnder(deps.store, guards));
    if (begun.outcome === 'started') return begun.task;
    if (begun.outcome === 'removing') throw beingRemoved(begun.sdpId);
    if (begun.outcome === 'known') throw new DomainError('Internal', 'there is a task of this id already');
  }
  throw new DomainError('Busy', 'hosts or snapshots of the request are changing; try again');
}
