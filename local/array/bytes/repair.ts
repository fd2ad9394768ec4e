import { readlinkSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ApiError } from '../api-error.ts';
import { definitionIn } from '../engine/definition-in.ts';
import { removeObject } from '../engine/remove-object.ts';
import type { ArrayRuntime } from '../engine/runtime.ts';
import { refIdIn, type ArrayRecord } from '../resources/value.ts';
import { ALL } from '../store/index-entries.ts';
import { deviceTarget } from './disk.ts';
import type { Footprint } from './footprint.ts';
import type { Layout } from './layout.ts';

/** Their directories are named by their ids, so that no record has to be read to know which must be there. */
const COLLECTIONS_WITH_BYTES = ['volumes', 'volsnaps'] as const;

interface Place {
  readonly collection: string;
  readonly id: number;
}

/** One look at the folder, one at the ids: what is on disk and in no record, and the other way round. */
async function compareBytes(
  { store }: ArrayRuntime,
  layout: Layout,
): Promise<{ readonly strays: Iterable<string>; readonly missing: readonly Place[] }> {
  const strays = new Set(await readdir(layout.volumes));
  const missing: Place[] = [];
  for (const collection of COLLECTIONS_WITH_BYTES)
    for (const id of store.ids(collection, ALL, '')) {
      if (!strays.delete(String(id))) missing.push({ collection, id });
    }
  return { strays, missing };
}

const footprintsOf = ({ resources, store }: ArrayRuntime, collection: string, record: ArrayRecord) =>
  resources.get(collection)?.footprint?.(record, store) ?? [];

/** Does not come from a crash: somebody took the directory away. The object goes too, or stays and is named when others need it. */
async function dropWithoutBytes(
  runtime: ArrayRuntime,
  { collection, id }: Place,
  report: (line: string) => void,
): Promise<void> {
  const record = runtime.store.find(collection, id);
  if (record === undefined || footprintsOf(runtime, collection, record).length === 0) return;
  const [owner, ownerId] =
    collection === 'volsnaps' ? ['snapshots', refIdIn(record, 'snapshot') ?? 0] : [collection, id];
  try {
    await removeObject(runtime, definitionIn(runtime, owner), ownerId, { user: 'system', role: 'admin' });
    report(`${owner} ${ownerId} had no bytes and was removed`);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    report(`${owner} ${ownerId} has no bytes and could not be removed: ${error.message}`);
  }
}

/** Device roots and their entries, each with what it points to. */
function expectedDevices(runtime: ArrayRuntime, layout: Layout): Map<string, readonly [Footprint, string]> {
  const { store } = runtime;
  const expected = new Map<string, readonly [Footprint, string]>();
  for (const collection of ['hosts', 'mappings'])
    for (const id of store.ids(collection, ALL, '')) {
      const record = store.find(collection, id);
      for (const part of record === undefined ? [] : footprintsOf(runtime, collection, record)) {
        if (part.kind === 'device')
          expected.set(layout.device(part.host, part.serial), [part, deviceTarget(part.id)] as const);
        if (part.kind === 'host') expected.set(layout.host(part.name), [part, ''] as const);
      }
    }
  return expected;
}

function targetOf(entry: string): string | undefined {
  try {
    return readlinkSync(entry);
  } catch (error) {
    // Somebody put a file or a folder of his own there.
    if (error instanceof Error && 'code' in error && error.code === 'EINVAL') return undefined;
    throw error;
  }
}

/** Every mapping has its device entry, and there is no other entry. */
async function repairDeviceRoots(runtime: ArrayRuntime, layout: Layout): Promise<void> {
  const missing = expectedDevices(runtime, layout);
  for (const host of await readdir(layout.hosts)) {
    if (!missing.delete(layout.host(host))) {
      await rm(layout.host(host), { recursive: true, force: true });
      continue;
    }
    for (const serial of await readdir(layout.host(host))) {
      const entry = layout.device(host, serial);
      if (targetOf(entry) === missing.get(entry)?.[1]) missing.delete(entry);
      else await rm(entry, { recursive: true, force: true });
    }
  }
  await runtime.disk.make([...missing.values()].map(([footprint]) => footprint));
}

/**
 * Makes disk and records agree before the first request. Records decide: they are written after the bytes and removed
 * before them, so bytes without a record are of a request that a death cut off.
 * @param report is told what was lost, one line each.
 */
export async function repair(runtime: ArrayRuntime, layout: Layout, report: (line: string) => void): Promise<void> {
  const { strays, missing } = await compareBytes(runtime, layout);
  for (const name of strays) await rm(join(layout.volumes, name), { recursive: true, force: true, maxRetries: 5 });
  await repairDeviceRoots(runtime, layout);
  for (const place of missing) await dropWithoutBytes(runtime, place, report);
}
