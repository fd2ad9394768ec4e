import * as z from 'zod/mini';
import { beingRemoved } from '../../../shared/domain/array.ts';
import {
  type CloneDeletionFacts,
  cloneDeletionIssues,
  cloneDeletionPlan,
  cloneDeletionWaits,
} from '../../../shared/domain/clone-deletion.ts';
import type { Clone } from '../../../shared/domain/clone.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import { lockKey } from '../../../shared/domain/lock.ts';
import { firstAnswer, FlexTask } from '../../../shared/faces/flex/flex-task.ts';
import { flexValidation } from '../../../shared/faces/flex/flex-validation.ts';
import { Refusal } from '../../../shared/http/http-errors.ts';
import { type ApiCall, defineOperation } from '../../../shared/http/route.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import { startAttempt } from '../../../shared/use-cases/attempts.ts';
import type { FlowApiDeps } from '../api-deps.ts';
import { auditEntry } from '../audit-entry.ts';
import { newTask } from '../new-task.ts';
import { NamedDatabase, NamedHost } from '../schema-words.ts';

const request = {
  body: z.object({ host_id: NamedHost, database_id: NamedDatabase, cascade: z._default(z.boolean(), false) }),
};

/** A clone from before arrays had names lies where its snapshot does, which always said so. */
async function withArray(deps: Pick<FlowApiDeps, 'store'>, clone: Clone): Promise<Clone> {
  if (clone.sdpId !== '') return clone;
  return { ...clone, sdpId: (await deps.store.getSnapshot(clone.snapshotId))?.sdpId ?? '' };
}

async function gather(deps: FlowApiDeps, call: ApiCall<typeof request>): Promise<CloneDeletionFacts> {
  const { host_id: hostId, database_id: dbId, cascade } = call.body;
  const [host, database, clone] = await Promise.all([
    deps.store.getHost(hostId),
    deps.store.getDatabase(hostId, dbId),
    deps.store.getClone(hostId, dbId),
  ]);
  const lock = clone === undefined ? undefined : await deps.store.readLock(lockKey(hostId, clone.dbName));
  const placed = clone === undefined ? undefined : await withArray(deps, clone);
  return { nowSeconds: nowSeconds(deps.clock), hostId, dbId, cascade, host, database, clone: placed, lock };
}

/** Detaches a clone and removes its thin volumes; never an original. Flex contract, section 7.4. */
export const deleteClone = defineOperation({
  operation: 'delete-clone',
  method: 'DELETE',
  path: '/api/echo/v1/echo_dbs',
  aliases: ['/api/ocie/v1/clone', '/flex/api/v1/ocie/clone'],
  capability: 'clones',
  audience: 'operator',
  summary: 'Delete a clone',
  request,
  response: FlexTask,
  successStatus: 202,
  task: 'DeleteCommand',
  async run(deps: FlowApiDeps, call) {
    const facts = await gather(deps, call);
    const issues = cloneDeletionIssues(facts);
    if (issues.length > 0 || facts.clone === undefined) throw new Refusal(issues);
    const task = newTask(deps, call, 'DeleteCommand', cloneDeletionPlan(facts.clone));
    const subject = `${facts.hostId}/${facts.clone.dbName}`;
    const outcome = await deps.store.recordTask(
      task,
      auditEntry(deps.clock, call, 'delete-clone', subject, task.requestId),
      {
        reserve: [],
        hosts: [],
        exclusiveSnapshot: null,
      },
    );
    if (outcome === 'removing') throw beingRemoved(task.plan.sdpId);
    if (outcome !== 'recorded') throw new DomainError('Internal', `the task was not recorded: ${outcome}`);
    await startAttempt(deps, task);
    return { body: firstAnswer(task) };
  },
  resume: (_, __, task) => Promise.resolve({ body: firstAnswer(task) }),
  async validate(deps: FlowApiDeps, call) {
    const facts = await gather(deps, call);
    return { body: flexValidation([...cloneDeletionIssues(facts), ...cloneDeletionWaits(facts)]) };
  },
});
