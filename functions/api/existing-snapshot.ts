import { DomainError } from '../../shared/domain/errors.ts';
import type { Snapshot } from '../../shared/domain/snapshot.ts';
import type { CatalogStore } from '../../shared/ports/store.ts';

/** A snapshot is there once its task has finished. */
export async function existingSnapshot(
  store: Pick<CatalogStore, 'getSnapshot'>,
  snapshotId: string,
): Promise<Snapshot> {
  const snapshot = await store.getSnapshot(snapshotId);
  if (snapshot?.state === 'available') return snapshot;
  throw new DomainError('NotFound', `Snapshot '${snapshotId}' not found`);
}
