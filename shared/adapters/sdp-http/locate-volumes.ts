import type * as z from 'zod/mini';
import type { LocatedVolume, SnapshotSource } from '../../ports/sdp.ts';
import type { ArraySession } from './array-session.ts';
import { idIn } from './refs.ts';
import { Named, Snapshot, Volsnap, Volume } from './wire.ts';

/** Keeps the address of one request well under the 8 kB that servers commonly take. */
const valuesPerRequest = 100;
const kibPerMib = 1024;

/** Serials of plain snapshots are left out like unknown ones: no host can see such a disk. */
export const locateVolumes = async (session: ArraySession, serials: readonly string[]): Promise<LocatedVolume[]> => {
  // An empty value is no filter at all for the array, and a comma parts values.
  const asked = [...new Set(serials)].filter((serial) => serial !== '' && !serial.includes(','));
  const volumes = await listIn(session, 'volumes', 'scsi_sn', asked, Volume);
  const volsnaps = await listIn(session, 'volsnaps', 'scsi_sn', asked, Volsnap);
  const viewIds = ids(volsnaps.map(({ snapshot }) => idIn(snapshot, 'snapshots')));
  const views = await listIn(session, 'snapshots', 'id', viewIds, Snapshot);
  const viewById = new Map(
    views.filter((view) => view.is_exposable && !view.is_deleted).map((view) => [view.id, view]),
  );
  const rootIds = ids(volsnaps.map(({ source }) => idIn(source, 'volumes')));
  const roots = await listIn(session, 'volumes', 'id', rootIds, Volume);
  const volumeById = new Map([...volumes, ...roots].map((volume) => [volume.id, volume]));
  const groupIds = ids([...volumeById.values()].map(({ volume_group }) => idIn(volume_group, 'volume_groups')));
  const groups = await listIn(session, 'volume_groups', 'id', groupIds, Named);
  const groupById = new Map(groups.map((group) => [group.id, group]));

  const describe = (
    serial: string,
    volumeId: number | undefined,
    sourceIn: (group: SnapshotSource) => SnapshotSource | undefined,
  ): LocatedVolume[] => {
    const volume = volumeId === undefined ? undefined : volumeById.get(volumeId);
    const groupId = volume === undefined ? undefined : idIn(volume.volume_group, 'volume_groups');
    const group = groupId === undefined ? undefined : groupById.get(groupId);
    if (volume === undefined || group === undefined) return [];
    const source = sourceIn({ kind: 'volume-group', id: group.id, name: group.name });
    if (source === undefined) return [];
    return [
      {
        serial,
        volumeId: volume.id,
        volumeName: volume.name,
        volumeGroupId: group.id,
        volumeGroupName: group.name,
        sizeMib: Math.round(volume.size / kibPerMib),
        source,
      },
    ];
  };

  const found = [
    ...volumes.flatMap((volume) => describe(volume.scsi_sn, volume.id, (group) => group)),
    ...volsnaps.flatMap(({ scsi_sn, source, snapshot }) => {
      const view = viewById.get(idIn(snapshot, 'snapshots') ?? -1);
      return describe(scsi_sn, idIn(source, 'volumes'), () =>
        view === undefined ? undefined : { kind: 'view', id: view.id, name: view.short_name },
      );
    }),
  ];
  const bySerial = new Map(found.map((volume) => [volume.serial, volume]));
  return asked.flatMap((serial) => bySerial.get(serial) ?? []);
};

const ids = (values: readonly (number | undefined)[]): string[] => [
  ...new Set(values.flatMap((value) => (value === undefined ? [] : [String(value)]))),
];

const listIn = async <T extends { readonly id: number }>(
  session: ArraySession,
  resource: string,
  field: string,
  values: readonly string[],
  item: z.ZodMiniType<T>,
): Promise<T[]> => {
  const all: T[] = [];
  for (let start = 0; start < values.length; start += valuesPerRequest) {
    const some = values.slice(start, start + valuesPerRequest).join(',');
    all.push(...(await session.list(resource, { [`${field}__in`]: some }, item)));
  }
  return all;
};
