/** On which array the disks of a host lie. ADR 0011. */
import type { DatabaseReport } from '../../../shared/contracts/agent.ts';
import type { DatabaseVolume } from '../../../shared/domain/database.ts';
import { isDomainError } from '../../../shared/domain/errors.ts';
import type { Host } from '../../../shared/domain/host.ts';
import type { Arrays } from '../../../shared/ports/arrays.ts';
import type { Log } from '../../../shared/ports/log.ts';
import type { SdpPort } from '../../../shared/ports/sdp.ts';

export interface PlaceDeps {
  readonly arrays: Arrays;
  readonly log: Log;
}

interface Located {
  readonly volumes: readonly DatabaseVolume[];
  /** An array that was asked did not answer: it may know every one of these disks, too. */
  readonly isPartial: boolean;
}

/** An array that is silent, or that refuses us, must not keep hosts of others from their databases. */
async function locateOn(
  deps: PlaceDeps,
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

/** The array that the host names, else all; those that are registered answer by the ids of their registrations. */
async function arraysFor({ arrays }: PlaceDeps, host: Host): Promise<readonly (() => Promise<SdpPort>)[]> {
  if (host.sdpId !== '') return [() => arrays.of(host.sdpId)];
  const own = arrays.own();
  const registered = await arrays.registered();
  return [...(own === null ? [] : [() => Promise.resolve(own)]), ...registered.map((sdpId) => () => arrays.of(sdpId))];
}

/** Whatever no array knows is looked up again next time. */
export async function locate(deps: PlaceDeps, host: Host, serials: readonly string[]): Promise<Located> {
  if (serials.length === 0) return { volumes: [], isPartial: false };
  const arrays = await arraysFor(deps, host);
  const found = await Promise.all(arrays.map((array) => locateOn(deps, array, serials)));
  return { volumes: found.flatMap((one) => one ?? []), isPartial: found.includes(undefined) };
}

/**
 * Where the disks of a database lie. A disk is placed when all arrays that may have it have answered, and one of them
 * knows it: a serial that two arrays know would put snapshots on either. While one is silent, it lies where it did.
 */
export function volumesOf(
  { log }: Pick<PlaceDeps, 'log'>,
  report: DatabaseReport,
  known: readonly DatabaseVolume[],
  located: Located,
): readonly DatabaseVolume[] {
  const serials = [...new Set(report.mount_points.map((mount) => mount.serial))];
  return serials.flatMap((serial) => {
    const found = located.volumes.filter((volume) => volume.serial === serial);
    const sdpIds = [...new Set(found.map((volume) => volume.sdpId))];
    if (sdpIds.length > 1) {
      log.warn('several arrays know a disk: its host must name its own', { serial, sdp_ids: sdpIds });
      return [];
    }
    const candidates = located.isPartial ? known : found;
    return candidates.find((volume) => volume.serial === serial) ?? [];
  });
}
