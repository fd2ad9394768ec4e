/** The clone that a task deletes, read while its lock is held: a refresh before it in the queue gives it other volumes. */
import { type Clone, orphanId } from '../../shared/domain/clone.ts';
import type { DeleteClonePlan } from '../../shared/domain/plan.ts';
import type { CatalogStore } from '../../shared/ports/store.ts';
import { withStandingSnapshots } from '../../shared/use-cases/standing-snapshots.ts';

/** undefined: it is forgotten. One whose id has come to another database meanwhile is found under its own. */
export async function heldClone(
  store: Pick<CatalogStore, 'getClones' | 'getSnapshot'>,
  { hostId, dbId, cloneRequestId }: DeleteClonePlan,
): Promise<Clone | undefined> {
  const clones = await store.getClones(hostId, [dbId, orphanId({ dbId, requestId: cloneRequestId })]);
  const clone = clones.find((one) => one.requestId === cloneRequestId);
  return clone === undefined ? undefined : await withStandingSnapshots(store, clone);
}
