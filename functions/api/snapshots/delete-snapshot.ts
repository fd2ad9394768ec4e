import * as z from 'zod/mini';
import { beingRemoved } from '../../../shared/domain/array.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import { snapshotDeletionIssues } from '../../../shared/domain/snapshot-deletion.ts';
import { isOver, type Task } from '../../../shared/domain/task.ts';
import { FlexTask, flexTask } from '../../../shared/faces/flex/flex-task.ts';
import { flexValidation } from '../../../shared/faces/flex/flex-validation.ts';
import { Refusal } from '../../../shared/http/http-errors.ts';
import { type ApiAnswer, type ApiCall, defineOperation } from '../../../shared/http/route.ts';
import { startSnapshotDeletion } from '../../../shared/use-cases/snapshot-tasks.ts';
import type { FlowApiDeps } from '../api-deps.ts';
import { existingSnapshot } from '../existing-snapshot.ts';
import { NamedSnapshot } from '../schema-words.ts';
import { taskOrder } from '../task-order.ts';

export interface DeleteSnapshotDeps extends FlowApiDeps {
  readonly wait: (milliseconds: number) => Promise<void>;
}

/** The call follows the task this long, below the gateway's limit of 29 s. Design, section 5. */
const followMilliseconds = 20_000;
const firstLookMilliseconds = 50;
const longestLookMilliseconds = 1000;

const request = { path: z.object({ snapshot_id: NamedSnapshot }) };

/** Reads the row until the task is through; a task that takes longer goes on by itself. */
async function follow(deps: DeleteSnapshotDeps, requestId: string): Promise<Task> {
  const until = deps.clock.nowMilliseconds() + followMilliseconds;
  let pause = firstLookMilliseconds;
  for (;;) {
    const task = await deps.store.getTask(requestId);
    if (task !== undefined && isOver(task)) return task;
    if (deps.clock.nowMilliseconds() >= until)
      throw new DomainError('Busy', `the deletion goes on as task ${requestId}`);
    await deps.wait(pause);
    pause = Math.min(pause * 2, longestLookMilliseconds);
  }
}

async function answerWhenGone(
  deps: DeleteSnapshotDeps,
  { path, accept }: ApiCall<typeof request>,
  requestId: string,
): Promise<ApiAnswer> {
  const finished = await follow(deps, requestId);
  if (finished.state !== 'done' && finished.state !== 'done_with_warning') {
    throw new DomainError('Refused', `snapshot '${path.snapshot_id}' was not deleted: ${finished.error}`);
  }
  return accept.trim() === 'application/json' ? { status: 200, body: flexTask(finished) } : {};
}

/**
 * Deletes a snapshot nobody needs; gone when it answers. 204, or 200 with the finished task for clients that ask for
 * exactly `application/json`. Flex contract, section 7.5.
 */
export const deleteSnapshot = defineOperation({
  operation: 'delete-snapshot',
  method: 'DELETE',
  path: '/api/echo/v1/db_snapshots/{snapshot_id}',
  aliases: ['/api/ocie/v1/db_snapshots/{snapshot_id}', '/flex/api/v1/db_snapshots/{snapshot_id}'],
  capability: 'snapshots',
  audience: 'operator',
  summary: 'Delete a snapshot',
  request,
  response: z.nullable(FlexTask),
  successStatus: 204,
  task: 'DeleteDBSnapshotCommand',
  async run(deps: DeleteSnapshotDeps, call) {
    const snapshot = await existingSnapshot(deps.store, call.path.snapshot_id);
    const order = taskOrder(deps, call);
    const deletion = await startSnapshotDeletion(deps, order, snapshot);
    if (deletion.outcome === 'forbidden') throw new Refusal(deletion.issues);
    if (deletion.outcome === 'removing') throw beingRemoved(deletion.sdpId);
    if (deletion.outcome !== 'started') {
      const now = snapshotDeletionIssues(await existingSnapshot(deps.store, snapshot.snapshotId));
      if (now.length === 0)
        throw new DomainError('Conflict', `snapshot '${snapshot.snapshotId}' was in use just now; try again`);
      throw new Refusal(now);
    }
    return await answerWhenGone(deps, call, order.requestId);
  },
  resume: (deps, call, task) => answerWhenGone(deps, call, task.requestId),
  async validate(deps: DeleteSnapshotDeps, call) {
    const snapshot = await existingSnapshot(deps.store, call.path.snapshot_id);
    return { body: flexValidation(snapshotDeletionIssues(snapshot)) };
  },
});
