import * as z from 'zod/mini';
import {
  cascadedIds,
  type CloneDeletionFacts,
  cloneDeletionIssues,
  cloneDeletionPlan,
  cloneDeletionWaits,
} from '../../../shared/domain/clone-deletion.ts';
import type { Clone } from '../../../shared/domain/clone.ts';
import { lockKey } from '../../../shared/domain/lock.ts';
import type { Snapshot } from '../../../shared/domain/snapshot.ts';
import { firstAnswer, FlexTask } from '../../../shared/faces/flex/flex-task.ts';
import { flexValidation } from '../../../shared/faces/flex/flex-validation.ts';
import { type ApiCall, defineOperation } from '../../../shared/http/route.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import { withStandingSnapshots } from '../../../shared/use-cases/standing-snapshots.ts';
import type { FlowApiDeps } from '../api-deps.ts';
import { NamedDatabase, NamedHost } from '../schema-words.ts';
import { type Decision, startCalledTask } from '../start-called-task.ts';

const request = {
  body: z.object({ host_id: NamedHost, database_id: NamedDatabase, cascade: z._default(z.boolean(), false) }),
};
type DeleteCloneBody = ApiCall<typeof request>['body'];

/** A clone from before arrays had names lies where its snapshot does, which always said so. */
async function withArray({ store }: FlowApiDeps, clone: Clone): Promise<Clone> {
  if (clone.sdpId !== '') return clone;
  return { ...clone, sdpId: (await store.getSnapshot(clone.snapshotId))?.sdpId ?? '' };
}

async function cascaded({ store }: FlowApiDeps, clone: Clone, cascade: boolean): Promise<readonly Snapshot[]> {
  const found = await Promise.all(cascadedIds(clone, cascade).map((snapshotId) => store.getSnapshot(snapshotId)));
  return found.flatMap((snapshot) => snapshot ?? []);
}

async function gather(deps: FlowApiDeps, body: DeleteCloneBody): Promise<CloneDeletionFacts> {
  const { host_id: hostId, database_id: dbId, cascade } = body;
  const [host, database, found] = await Promise.all([
    deps.store.getHost(hostId),
    deps.store.getDatabase(hostId, dbId),
    deps.store.getClone(hostId, dbId),
  ]);
  const clone = found === undefined ? undefined : await withStandingSnapshots(deps.store, found);
  const asked = { nowSeconds: nowSeconds(deps.clock), hostId, dbId, cascade, host, database };
  if (clone === undefined) return { ...asked, clone, snapshots: [], lock: undefined };
  const [placed, snapshots, lock] = await Promise.all([
    withArray(deps, clone),
    cascaded(deps, clone, cascade),
    deps.store.readLock(lockKey(hostId, clone.dbName)),
  ]);
  return { ...asked, clone: placed, snapshots, lock };
}

async function look(deps: FlowApiDeps, body: DeleteCloneBody): Promise<Decision> {
  const facts = await gather(deps, body);
  const issues = cloneDeletionIssues(facts);
  if (issues.length > 0 || facts.clone === undefined) return { issues };
  const plan = cloneDeletionPlan(facts.clone, facts.snapshots);
  const subject = `${plan.hostId}/${plan.dbName}`;
  return {
    content: { operation: 'delete-clone', commandType: 'DeleteCommand', plan, subject },
    guards: { exclusiveSnapshots: plan.snapshotIds },
  };
}

/**
 * Detaches a clone and removes its thin volumes; never an original. With `cascade` the snapshots taken of it go too.
 * Flex contract, section 7.4.
 */
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
    return { body: firstAnswer(await startCalledTask(deps, call, () => look(deps, call.body))) };
  },
  resume: (_, __, task) => Promise.resolve({ body: firstAnswer(task) }),
  async validate(deps: FlowApiDeps, call) {
    const facts = await gather(deps, call.body);
    return { body: flexValidation([...cloneDeletionIssues(facts), ...cloneDeletionWaits(facts)]) };
  },
});
