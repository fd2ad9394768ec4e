import { posix } from 'node:path';
import type { CopySource } from '../engine.ts';

type Pair = CopySource['volumes'][number];

/** Where a link of the source leads on the copies: the volume, and the path inside it. */
export interface WalPlace {
  readonly serial: string;
  readonly pathInVolume: string;
}

/**
 * Reads the target of a `pg_wal` link that was made on the source host. The source's device root is not known here, so
 * the volume is recognised by its serial, the name under which every volume is mounted. Null: the link leaves the
 * database's volumes.
 */
export function placeOfWal(linkTarget: string, pairs: readonly Pair[]): WalPlace | null {
  const segments = posix.normalize(linkTarget).split('/');
  // From the end: an outer folder that happens to be named like a serial must not win over the mounted volume.
  for (let index = segments.length - 1; index >= 0; index -= 1) {
    // The copy's own serial is there already when an attach that died in the middle is done again.
    const pair = pairs.find(
      ({ source_serial, serial }) => source_serial === segments[index] || serial === segments[index],
    );
    if (!pair) continue;
    const pathInVolume = segments.slice(index + 1).join('/');
    return pathInVolume === '' ? null : { serial: pair.serial, pathInVolume };
  }
  return null;
}
