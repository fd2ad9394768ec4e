/** The clone that a task deletes, read while its lock is held: a refresh before it in the queue gives it other volumes. */
import type { Clone } from '../../shared/domain/clone.ts';
import type { DeleteClonePlan } from '../../shared/domain/plan.ts';
import type { CatalogStore } from '../../shared/ports/store.ts';

/** undefined: it is forgotten, or what has its id now is another one. */
export async function heldClone(
  store: Pick<CatalogStore, 'getClone'>,
  { hostId, dbId, cloneRequestId }: DeleteClonePlan,
): Promise<Clone | undefined> {
  const clone = await store.getClone(hostId, dbId);
  return clone?.requestId === cloneRequestId ? clone : undefined;
}
