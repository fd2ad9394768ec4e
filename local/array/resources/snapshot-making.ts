import type { Assembly, Lookup, NewObject } from './definition.ts';
import { serialNumber } from './serial-number.ts';
import { flagIn, numberIn, refIdIn, refIn, refTo, textIn, type ArrayRecord, type Draft } from './value.ts';

/** One disk of what a snapshot is taken of: the volume it belongs to, and the directory that holds its bytes now. */
interface SourceDisk {
  readonly volumeId: number;
  readonly shortName: string;
  readonly size: number;
  readonly bytesId: number;
}

export function sourceDisks(draft: Draft, lookup: Lookup): readonly SourceDisk[] {
  const path = refIn(draft, 'source') ?? '';
  const ofGroup = path.startsWith('/volume_groups/');
  const ids = ofGroup ? lookup.ids('volumes', 'volume_group.ref', path) : lookup.ids('volsnaps', 'snapshot.ref', path);
  const disks: SourceDisk[] = [];
  for (const id of ids) {
    const disk = lookup.find(ofGroup ? 'volumes' : 'volsnaps', id);
    if (disk === undefined) continue;
    disks.push({
      volumeId: ofGroup ? id : (refIdIn(disk, 'source') ?? id),
      shortName: textIn(disk, ofGroup ? 'name' : 'short_name'),
      size: numberIn(disk, 'size') ?? 0,
      bytesId: id,
    });
  }
  return disks;
}

function rootGroup(draft: Draft, lookup: Lookup): string {
  const path = refIn(draft, 'source') ?? '';
  return path.startsWith('/volume_groups/') ? path : (refIn(lookup.follow(path) ?? {}, 'volume_group') ?? '');
}

/** Clients tell the kinds apart by the source alone: of a view one takes a snapshot, of a snapshot one makes a view. */
function kindOf(draft: Draft, lookup: Lookup): 'snapshot' | 'view' {
  const source = lookup.follow(refIn(draft, 'source'));
  return source?.['kind'] === 'snapshot' ? 'view' : 'snapshot';
}

/** The snapshot with a volsnap for each disk. */
export function assembleSnapshot(draft: Draft, assembly: Assembly): readonly NewObject[] {
  const id = assembly.nextId('snapshots');
  const kind = kindOf(draft, assembly);
  const disks = sourceDisks(draft, assembly);
  const now = assembly.now();
  const source = assembly.follow(refIn(draft, 'source')) ?? {};
  // A snapshot's own bytes never change, unless hosts may map it as they may a view.
  const isLive = kind === 'snapshot' || flagIn(source, 'is_exposable');
  const isChanged = kind === 'snapshot' || numberIn(source, 'last_exposed_time') !== undefined;
  const snapshot: ArrayRecord = {
    ...draft,
    id,
    // A replicated snapshot needs no name from the client.
    short_name: textIn(draft, 'short_name') || `replicated_${id}`,
    kind,
    volume_group: { ref: rootGroup(draft, assembly) },
    volsnaps_provisioned_capacity: disks.reduce((sum, disk) => sum + disk.size, 0),
    creation_time: now,
    // A view holds what its snapshot held; a snapshot's own instant is set when the writers are held.
    data_creation_time: isChanged ? now : (numberIn(source, 'data_creation_time') ?? now),
  };
  const volsnaps = disks.map((disk): NewObject => {
    const volsnapId = assembly.nextId('volsnaps');
    return {
      collection: 'volsnaps',
      record: {
        id: volsnapId,
        short_name: disk.shortName,
        snapshot: refTo('snapshots', id),
        source: refTo('volumes', disk.volumeId),
        size: disk.size,
        scsi_sn: serialNumber(volsnapId, assembly),
        creation_time: now,
        origin: disk.bytesId,
        is_origin_live: isLive,
      },
    };
  });
  return [{ collection: 'snapshots', record: snapshot }, ...volsnaps];
}

/** What must be sent, unless a replication session says it. */
export function checkSnapshotBody(sent: Draft): string | undefined {
  if (refIn(sent, 'replication_session') !== undefined)
    return refIn(sent, 'retention_policy') === undefined
      ? undefined
      : 'field retention_policy is that of the replication session and cannot be given';
  const missing = ['short_name', 'source', 'retention_policy'].find((name) => (sent[name] ?? null) === null);
  return missing === undefined ? undefined : `field ${missing} is missing`;
}

/** A replicated snapshot is one of its session's group and is kept as the session says. */
export function settleSnapshot(sent: Draft, lookup: Lookup, before?: ArrayRecord): Draft {
  const session = lookup.follow(refIn(sent, 'replication_session'));
  if (before !== undefined || session === undefined) return {};
  return {
    source: sent['source'] ?? session['local_volume_group'] ?? null,
    retention_policy: session['retention_policy'] ?? null,
    triggered_by: 'Replication_API',
  };
}

export function checkSession(after: Draft, lookup: Lookup): string | undefined {
  const session = lookup.follow(refIn(after, 'replication_session'));
  return session === undefined || refIn(session, 'local_volume_group') === refIn(after, 'source')
    ? undefined
    : 'field source is not the volume group of the replication session';
}
