import { type Clone, isOrphan } from '../domain/clone.ts';
import type { CatalogStore } from '../ports/store.ts';

/**
 * The clone with those of its snapshots that still are. Who deletes a snapshot takes its id from the clone by the id that the
 * clone had; one whose id has come to another database is not found by it.
 */
export async function withStandingSnapshots(store: Pick<CatalogStore, 'getSnapshot'>, clone: Clone): Promise<Clone> {
  if (!isOrphan(clone)) return clone;
  const found = await Promise.all([...clone.snapshotIds].map((snapshotId) => store.getSnapshot(snapshotId)));
  return { ...clone, snapshotIds: new Set(found.flatMap((snapshot) => snapshot?.snapshotId ?? [])) };
}
