/** Everything a clone could leave behind, in one comparable value. */
import { readdir } from 'node:fs/promises';
import { waitUntil } from '../act/wait-until.ts';
import type { Bed } from '../bed/bed.ts';
import type { ArrayView } from './array.ts';
import { serversBelow } from './servers.ts';
import { heldRows } from './table.ts';

export interface Footprint {
  readonly array: {
    readonly snapshots: readonly string[];
    readonly disks: readonly string[];
    readonly mappings: readonly string[];
  };
  readonly devices: Readonly<Record<string, readonly string[]>>;
  readonly servers: Readonly<Record<string, readonly string[]>>;
  readonly rows: readonly string[];
}

async function entries(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    // A host the array does not know has no device root.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/** The array's host objects are left out: the product keeps one per host once it has made it. */
export async function footprint(bed: Bed, array: ArrayView): Promise<Footprint> {
  const [snapshots, volsnaps, volumes, mappings] = await Promise.all([
    array.snapshots(),
    array.volsnaps(),
    array.volumes(),
    array.mappings(),
  ]);
  const hosts = await Promise.all(
    [...bed.hosts.values()].map(async ({ hostId, deviceRoot }) => ({
      hostId,
      devices: await entries(deviceRoot),
      servers: (await serversBelow(deviceRoot)).map((server) => server.dataDirectory.slice(deviceRoot.length + 1)),
    })),
  );
  return {
    array: {
      snapshots: snapshots.map((one) => one.name).sort(),
      disks: [...volumes, ...volsnaps].map((one) => `${one.name} ${one.scsi_sn}`).sort(),
      mappings: mappings.map((one) => `${one.volume.ref} ${one.host.ref}`).sort(),
    },
    devices: Object.fromEntries(hosts.map((one) => [one.hostId, one.devices])),
    servers: Object.fromEntries(hosts.map((one) => [one.hostId, one.servers])),
    rows: await heldRows(bed.table),
  };
}

/**
 * The footprint once it is `wanted`, or the last one seen: an agent's next inventory may still be on its way when a task
 * ends. For `expect(await settledFootprint(…)).toEqual(wanted)`.
 */
export async function settledFootprint(
  bed: Bed,
  array: ArrayView,
  wanted: Footprint,
  withinMs = 3000,
): Promise<Footprint> {
  let last = await footprint(bed, array);
  const isThere = async (): Promise<true | undefined> => {
    last = await footprint(bed, array);
    return JSON.stringify(last) === JSON.stringify(wanted) ? true : undefined;
  };
  await waitUntil('the footprint', withinMs, isThere).catch(() => undefined);
  return last;
}
