/** Databases of a simulated SQL Server, read where they are: on the disks of the host. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readHeader } from '../../../agent/engines/simulated/database-files.ts';
import { readRows } from '../../../agent/engines/simulated/rows.ts';
import type { BedHost } from '../bed/bed.ts';

type Disks = Pick<BedHost, 'hostId' | 'deviceRoot'>;

/** Serial of the disk that holds the database of that name; throws unless there is exactly one. */
export async function diskOf(host: Disks, databaseName: string): Promise<string> {
  const serials = await readdir(host.deviceRoot);
  const headers = await Promise.all(
    serials.map(async (serial) => ({ serial, header: await readHeader(join(host.deviceRoot, serial)) })),
  );
  const [found, another] = headers.filter(({ header }) => header?.name === databaseName);
  if (found === undefined || another !== undefined)
    throw new Error(`not one database ${databaseName} on ${host.hostId}`);
  return found.serial;
}

export async function rowsOf(host: Disks, databaseName: string): Promise<readonly unknown[]> {
  return await readRows(host.deviceRoot, await diskOf(host, databaseName));
}
