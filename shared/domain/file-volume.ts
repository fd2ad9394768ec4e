import type { Database, DatabaseVolume } from './database.ts';

const windowsPath = /^(?:[a-z]:|\\\\)/i;

/** Ended by a slash, so that `/log` does not lead to `/log2`; case counts on Linux only. */
function comparable(path: string): string {
  const slashed = windowsPath.test(path) ? path.replaceAll('\\', '/').toLowerCase() : path;
  return slashed.endsWith('/') ? slashed : `${slashed}/`;
}

/**
 * The volume a file of the database lies on: that of the mount point closest above its path. Where none is above it, or its
 * volume is not known, the first; undefined when the database has none.
 */
export function volumeOfFile(
  { mountPoints, volumes }: Pick<Database, 'mountPoints' | 'volumes'>,
  path: string,
): DatabaseVolume | undefined {
  const place = comparable(path);
  const [closest] = mountPoints
    .map((mount) => ({ serial: mount.serial, above: comparable(mount.path) }))
    .filter(({ above }) => place.startsWith(above))
    .toSorted((left, right) => right.above.length - left.above.length);
  return volumes.find(({ serial }) => serial === closest?.serial) ?? volumes[0];
}
