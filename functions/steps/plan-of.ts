import { makesCopies } from '../../shared/domain/copy.ts';
import { DomainError } from '../../shared/domain/errors.ts';
import {
  type CopyPlan,
  type CreateSnapshotPlan,
  type DeleteClonePlan,
  type DeleteSnapshotPlan,
  type RefreshPlan,
  type SourcePlan,
  takesSnapshot,
} from '../../shared/domain/plan.ts';
import type { Task } from '../../shared/domain/task.ts';

const wrongFlow = (task: Task): DomainError =>
  new DomainError('Internal', `a step was run for a task of ${task.plan.flow}`);

/** Of a flow that takes a snapshot, whatever it does with it afterwards. */
export function sourcePlanOf(task: Task): SourcePlan {
  if (!takesSnapshot(task.plan)) throw wrongFlow(task);
  return task.plan;
}

/** Of a flow that makes copies, from whatever snapshot. */
export function copyPlanOf(task: Task): CopyPlan {
  if (!makesCopies(task.plan)) throw wrongFlow(task);
  return task.plan;
}

/** Of a flow whose copies are new databases. */
export function clonesPlanOf(task: Task): Exclude<CopyPlan, RefreshPlan> {
  const plan = copyPlanOf(task);
  if (plan.flow === 'refresh') throw wrongFlow(task);
  return plan;
}

export function refreshPlanOf(task: Task): RefreshPlan {
  if (task.plan.flow !== 'refresh') throw wrongFlow(task);
  return task.plan;
}

export function createSnapshotPlanOf(task: Task): CreateSnapshotPlan {
  if (task.plan.flow !== 'create-snapshot') throw wrongFlow(task);
  return task.plan;
}

export function deleteClonePlanOf(task: Task): DeleteClonePlan {
  if (task.plan.flow !== 'delete-clone') throw wrongFlow(task);
  return task.plan;
}

export function deleteSnapshotPlanOf(task: Task): DeleteSnapshotPlan {
  if (task.plan.flow !== 'delete-snapshot') throw wrongFlow(task);
  return task.plan;
}
