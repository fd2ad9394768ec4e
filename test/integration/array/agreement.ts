import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Call } from './array-client.ts';

interface Listed {
  readonly id: number;
  readonly name: string;
  readonly scsi_sn: string;
  readonly volume_group: { readonly ref: string } | null;
  readonly volume: { readonly ref: string };
  readonly snapshot: { readonly ref: string };
  readonly source: { readonly ref: string };
  readonly host: { readonly ref: string };
}

async function all(call: Call, collection: string): Promise<readonly Listed[]> {
  const { hits, total } = (await call('GET', `/${collection}?__limit=10000`)).body;
  expect(hits).toHaveLength(total);
  return hits;
}

/** What is under the data directory, as far as records decide about it. */
function onDisk(dataDir: string): { readonly directories: string[]; readonly devices: Record<string, string[]> } {
  const hosts = join(dataDir, 'hosts');
  const entries = readdirSync(hosts).map((host) => [
    host,
    readdirSync(join(hosts, host))
      .map((serial) => `${serial} ${readlinkSync(join(hosts, host, serial))}`)
      .sort(),
  ]);
  return { directories: readdirSync(join(dataDir, 'volumes')).sort(), devices: Object.fromEntries(entries) };
}

/** That records and disk say the same, with nothing half-made on either side. */
export async function expectAgreement(call: Call, dataDir: string): Promise<void> {
  const volumes = (await all(call, 'volumes')).filter(({ volume_group }) => volume_group !== null);
  const [snapshots, volsnaps] = [await all(call, 'snapshots'), await all(call, 'volsnaps')];
  const [hosts, mappings] = [await all(call, 'hosts'), await all(call, 'mappings')];
  const disks = new Map<string, Listed>([
    ...volumes.map((volume) => [`/volumes/${volume.id}`, volume] as const),
    ...volsnaps.map((volsnap) => [`/volsnaps/${volsnap.id}`, volsnap] as const),
  ]);
  const devicesOf = ({ id }: Listed): string[] =>
    mappings.flatMap((mapping) => {
      const disk = disks.get(mapping.volume.ref);
      if (mapping.host.ref !== `/hosts/${id}` || disk === undefined) return [];
      return [`${disk.scsi_sn} ${join('..', '..', 'volumes', String(disk.id))}`];
    });
  expect(onDisk(dataDir)).toEqual({
    directories: [...disks.values()].map(({ id }) => String(id)).sort(),
    devices: Object.fromEntries(hosts.map((host) => [host.name, devicesOf(host).sort()])),
  });
  for (const { id, source } of snapshots) {
    const own = volsnaps.filter(({ snapshot }) => snapshot.ref === `/snapshots/${id}`);
    const root = source.ref.startsWith('/volume_groups/')
      ? volumes.filter(({ volume_group }) => volume_group?.ref === source.ref)
      : volsnaps.filter(({ snapshot }) => snapshot.ref === source.ref);
    expect(own, `disks of snapshot ${id}`).toHaveLength(root.length);
    const isMapped = mappings.filter(({ volume }) => volume.ref === `/snapshots/${id}`).length;
    const mappedDisks = mappings.filter(({ volume }) => own.some((disk) => volume.ref === `/volsnaps/${disk.id}`));
    expect(mappedDisks, `mapped disks of snapshot ${id}`).toHaveLength(isMapped * own.length);
  }
}
