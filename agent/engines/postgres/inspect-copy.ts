import { lstat, readdir, readlink, realpath } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { AgentFailure } from '../../failure.ts';
import type { DeviceRoot } from '../../host/device-root.ts';
import { isNotFound } from '../../journal/durable-file.ts';
import type { CopySource } from '../engine.ts';
import { dataFolder } from './cluster.ts';
import { placeOfWal, type WalPlace } from './wal-link.ts';

export interface CopyLayout {
  /** Serial of the copy that holds the data directory. */
  readonly dataSerial: string;
  readonly dataDirectory: string;
  /** Where `pg_wal` leads on the copies; null when it is a plain folder of the data directory. */
  readonly wal: (WalPlace & { readonly directory: string }) | null;
}

const refuse = (message: string): AgentFailure => new AgentFailure('LAYOUT_NOT_SUPPORTED', message);

/**
 * Finds out how a cluster lies on copied volumes. Reads only: whatever is followed blindly here could lead into the
 * live source, whose paths the copy still holds.
 * @throws AgentFailure LAYOUT_NOT_SUPPORTED for tablespaces, links that leave the volumes, volumes without a part of
 *   the cluster.
 */
export async function readCopyLayout(source: CopySource, deviceRoot: DeviceRoot): Promise<CopyLayout> {
  const holders: string[] = [];
  for (const { serial } of source.volumes) {
    if (await isPlain(join(deviceRoot.pathOf(serial), dataFolder, 'PG_VERSION'), 'file')) holders.push(serial);
  }
  const [dataSerial, another] = holders;
  if (dataSerial === undefined || another !== undefined) {
    throw refuse(`${holders.length} of the volumes hold a PostgreSQL cluster in ${dataFolder}/, expected one`);
  }
  const dataDirectory = join(deviceRoot.pathOf(dataSerial), dataFolder);
  if (!(await isPlain(dataDirectory, 'directory'))) throw refuse(`${dataFolder}/ is not a folder of its volume`);
  await refuseTablespaces(dataDirectory);
  await refuseLinksOut(dataDirectory);
  const wal = await readWalPlace(source, dataDirectory, deviceRoot);
  const used = new Set([dataSerial, ...(wal ? [wal.serial] : [])]);
  const unused = source.volumes.find(({ serial }) => !used.has(serial));
  if (unused) throw refuse(`volume ${unused.serial} holds no part of the cluster`);
  return { dataSerial, dataDirectory, wal };
}

async function readWalPlace(
  source: CopySource,
  dataDirectory: string,
  deviceRoot: DeviceRoot,
): Promise<CopyLayout['wal']> {
  const link = join(dataDirectory, 'pg_wal');
  if (await isPlain(link, 'directory')) return null;
  const target = await readlink(link);
  const place = placeOfWal(target, source.volumes);
  if (!place) throw refuse(`pg_wal leads to ${target}, outside the volumes of the database`);
  const volume = deviceRoot.pathOf(place.serial);
  const directory = join(volume, place.pathInVolume);
  const real = (await isPlain(directory, 'directory'))
    ? relative(await realpath(volume), await realpath(directory))
    : '..';
  if (real.startsWith('..'))
    throw refuse(`pg_wal leads to ${target}, which is no folder of the copied volume ${place.serial}`);
  return { ...place, directory };
}

async function refuseTablespaces(dataDirectory: string): Promise<void> {
  const tablespaces = await readdir(join(dataDirectory, 'pg_tblspc'));
  if (tablespaces.length > 0)
    throw refuse(`the cluster has ${tablespaces.length} tablespaces, which cannot be copied with it`);
}

async function refuseLinksOut(dataDirectory: string): Promise<void> {
  for (const entry of await readdir(dataDirectory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isSymbolicLink() || path === join(dataDirectory, 'pg_wal')) continue;
    const target = resolve(dirname(path), await readlink(path));
    if (!target.startsWith(dataDirectory + sep))
      throw refuse(`${relative(dataDirectory, path)} is a link out of the data directory`);
  }
}

/** Whether the path itself, not what a link leads to, is there and of this kind. */
async function isPlain(path: string, kind: 'file' | 'directory'): Promise<boolean> {
  try {
    const found = await lstat(path);
    return kind === 'file' ? found.isFile() : found.isDirectory();
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
