/** Takes an agent's inventory over into the table. */
import type { DatabaseReport, InventoryReport } from '../../../shared/contracts/agent.ts';
import type { Database, DatabaseVolume } from '../../../shared/domain/database.ts';
import { isDomainError } from '../../../shared/domain/errors.ts';
import type { Host } from '../../../shared/domain/host.ts';
import type { Arrays } from '../../../shared/ports/arrays.ts';
import type { Log } from '../../../shared/ports/log.ts';
import type { SdpPort } from '../../../shared/ports/sdp.ts';
import type { DatabaseStore } from '../../../shared/ports/store.ts';

export interface InventoryDeps {
  readonly store: DatabaseStore;
  readonly arrays: Arrays;
  readonly log: Log;
}

const databaseOf = (
  host: Host,
  report: DatabaseReport,
  sequence: number,
  volumes: readonly DatabaseVolume[],
): Database => ({
  hostId: host.hostId,
  dbId: report.id,
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

/** Volumes known from before are kept as long as the disks are the same ones. */
function knownVolumes(report: DatabaseReport, before: Database | undefined): readonly DatabaseVolume[] | undefined {
  if (before === undefined || before.volumes.length === 0) return undefined;
  const known = report.mount_points.every((mount) => before.volumes.some((volume) => volume.serial === mount.serial));
  return known ? before.volumes : undefined;
}

interface Located {
  readonly volumes: readonly DatabaseVolume[];
  /** An array could not be asked: what it knows is not gone. */
  readonly isPartial: boolean;
}

/** An array that is silent, or that refuses us, must not keep hosts of others from their databases. */
async function locateOn(
  deps: InventoryDeps,
  array: () => Promise<Pick<SdpPort, 'describe' | 'locateVolumes'>>,
  serials: readonly string[],
): Promise<readonly DatabaseVolume[] | undefined> {
  try {
    const port = await array();
    const [{ sdpId }, located] = await Promise.all([port.describe(), port.locateVolumes(serials)]);
    return located.map(({ serial, volumeId, volumeName, volumeGroupId, volumeGroupName }) => ({
      sdpId,
      serial,
      volumeId,
      volumeName,
      volumeGroupId,
      volumeGroupName,
    }));
  } catch (error) {
    if (!isDomainError(error, 'ArrayUnavailable') && !isDomainError(error, 'ArrayRefused')) throw error;
    deps.log.warn('an array did not say where disks lie', { error: error.message });
    return undefined;
  }
}

/** On the array that the host names, else on all: whatever none of them knows is looked up again next time. */
async function locate(deps: InventoryDeps, host: Host, serials: readonly string[]): Promise<Located> {
  if (serials.length === 0) return { volumes: [], isPartial: false };
  const arrays =
    host.sdpId === ''
      ? (await deps.arrays.all()).map(
          ({ port }) =>
            () =>
              Promise.resolve(port),
        )
      : [() => deps.arrays.of(host.sdpId)];
  const found = await Promise.all(arrays.map((array) => locateOn(deps, array, serials)));
  return { volumes: found.flatMap((one) => one ?? []), isPartial: found.includes(undefined) };
}

/** Where the disks of a database lie; a disk that nobody could be asked about lies where it did. */
function volumesOf(report: DatabaseReport, before: Database | undefined, located: Located): readonly DatabaseVolume[] {
  const candidates = [...located.volumes, ...(located.isPartial ? (before?.volumes ?? []) : [])];
  const serials = [...new Set(report.mount_points.map((mount) => mount.serial))];
  return serials.flatMap((serial) => candidates.find((volume) => volume.serial === serial) ?? []);
}

const withoutSequence = (database: Database): string => JSON.stringify({ ...database, sequence: 0 });

/** Rows of this inventory's other parts, and of one newer still that was taken over meanwhile, are not gone. */
const isOlder = (database: Database, host: Host, report: InventoryReport): boolean =>
  database.generation < host.generation ||
  (database.generation === host.generation && database.sequence < report.sequence);

/**
 * Rows that changed are written, rows that are gone after the last chunk are removed, then the sequence is closed.
 * An inventory older than the stored one changes nothing. Parts of one inventory come in order.
 */
export async function takeInventory(deps: InventoryDeps, host: Host, report: InventoryReport): Promise<void> {
  if (report.sequence < host.inventorySequence) return;
  const before = await deps.store.listDatabases(host.hostId);
  const beforeById = new Map(before.map((database) => [database.dbId, database]));
  const unknown = report.databases.filter((one) => knownVolumes(one, beforeById.get(one.id)) === undefined);
  const located = await locate(
    deps,
    host,
    unknown.flatMap((one) => one.mount_points.map((mount) => mount.serial)),
  );
  const after = report.databases.map((one) => {
    const old = beforeById.get(one.id);
    const volumes = knownVolumes(one, old) ?? volumesOf(one, old, located);
    return databaseOf(host, one, report.sequence, volumes);
  });
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
