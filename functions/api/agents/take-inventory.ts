/** Takes an agent's inventory over into the table. */
import type { DatabaseReport, InventoryReport } from '../../../shared/contracts/agent.ts';
import { type Database, type DatabaseVolume, mayBeSame } from '../../../shared/domain/database.ts';
import type { Host } from '../../../shared/domain/host.ts';
import type { CatalogStore, DatabaseStore } from '../../../shared/ports/store.ts';
import { locate, type PlaceDeps, volumesOf } from './disk-places.ts';

export interface InventoryDeps extends PlaceDeps {
  readonly store: DatabaseStore & Pick<CatalogStore, 'getClones' | 'orphanClone'>;
}

const databaseOf = (
  host: Host,
  report: DatabaseReport,
  sequence: number,
  volumes: readonly DatabaseVolume[],
): Database => ({
  hostId: host.hostId,
  dbId: report.id,
  uid: report.uid ?? '',
  name: report.name,
  vendor: report.vendor,
  status: report.status,
  files: report.files.map((file) => ({
    name: file.name,
    fileId: file.file_id,
    kind: file.kind,
    path: file.path,
    sizeMib: file.size_mb,
    backupStatus: file.backup_status,
  })),
  mountPoints: report.mount_points,
  connection: report.connection ?? null,
  generation: host.generation,
  sequence,
  volumes,
});

/**
 * What the row from before may still say: that of this registration of the host, and of no other array than the host
 * names. A host that is registered anew may have moved, or its array may be gone.
 */
const knownBefore = (host: Host, before: Database | undefined): readonly DatabaseVolume[] =>
  before?.generation === host.generation
    ? before.volumes.filter((volume) => host.sdpId === '' || volume.sdpId === host.sdpId)
    : [];

/** Volumes known from before are kept as long as the disks are the same ones. */
function knownVolumes(
  host: Host,
  report: DatabaseReport,
  before: Database | undefined,
): readonly DatabaseVolume[] | undefined {
  const known = knownBefore(host, before);
  if (before === undefined || known.length === 0 || known.length < before.volumes.length) return undefined;
  return report.mount_points.every((mount) => known.some((volume) => volume.serial === mount.serial))
    ? known
    : undefined;
}

const withoutSequence = (database: Database): string => JSON.stringify({ ...database, sequence: 0 });

/** Rows of this inventory's other parts, and of one newer still that was taken over meanwhile, are not gone. */
const isOlder = (database: Database, host: Host, report: InventoryReport): boolean =>
  database.generation < host.generation ||
  (database.generation === host.generation && database.sequence < report.sequence);

/** Clones whose ids have come to other databases: the rows of clones are found by id, and must not be taken for theirs. */
async function orphanClones(
  { store }: InventoryDeps,
  host: Host,
  before: ReadonlyMap<string, Database>,
  after: readonly Database[],
): Promise<void> {
  const renewed = after.filter((one) => one.uid !== '' && before.get(one.dbId)?.uid !== one.uid);
  if (renewed.length === 0) return;
  const clones = await store.getClones(
    host.hostId,
    renewed.map((one) => one.dbId),
  );
  for (const clone of clones) {
    const database = renewed.find((one) => one.dbId === clone.dbId);
    if (database !== undefined && !mayBeSame(clone.uid, database.uid)) await store.orphanClone(clone);
  }
}

/**
 * Rows that changed are written, rows that are gone after the last chunk are removed, then the sequence is closed.
 * An inventory older than the stored one changes nothing. Parts of one inventory come in order.
 */
export async function takeInventory(deps: InventoryDeps, host: Host, report: InventoryReport): Promise<void> {
  if (report.sequence < host.inventorySequence) return;
  const before = await deps.store.listDatabases(host.hostId);
  const beforeById = new Map(before.map((database) => [database.dbId, database]));
  const unknown = report.databases.filter((one) => knownVolumes(host, one, beforeById.get(one.id)) === undefined);
  const located = await locate(
    deps,
    host,
    unknown.flatMap((one) => one.mount_points.map((mount) => mount.serial)),
  );
  const after = report.databases.map((one) => {
    const old = beforeById.get(one.id);
    const volumes = knownVolumes(host, one, old) ?? volumesOf(deps, one, knownBefore(host, old), located);
    return databaseOf(host, one, report.sequence, volumes);
  });
  // First: once the rows are written, nobody looks again.
  await orphanClones(deps, host, beforeById, after);
  const inOneChunk = report.chunks === 1;
  const changed = after.filter((database) => {
    const old = beforeById.get(database.dbId);
    return !inOneChunk || old === undefined || withoutSequence(old) !== withoutSequence(database);
  });
  await deps.store.putDatabases(changed);
  if (report.chunk !== report.chunks - 1) return;
  const reported = new Set(report.databases.map((one) => one.id));
  const gone = before.filter((one) => !reported.has(one.dbId) && isOlder(one, host, report));
  await deps.store.removeDatabases(gone);
  const setChanged = gone.length > 0 || changed.some((one) => beforeById.get(one.dbId)?.name !== one.name);
  if (setChanged || report.sequence > host.inventorySequence) {
    await deps.store.closeInventory(host.hostId, host.generation, report.sequence, setChanged);
  }
}
