import { existsSync } from 'node:fs';
import { readdir, readlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ApiError } from '../api-error.ts';
import { definitionIn } from '../engine/definition-in.ts';
import { removeObject } from '../engine/remove-object.ts';
import type { ArrayRuntime } from '../engine/runtime.ts';
import { refIdIn, type ArrayRecord } from '../resources/value.ts';
import { ALL } from '../store/index-entries.ts';
import type { Footprint } from './footprint.ts';
import { deviceTarget } from './disk.ts';
import type { Layout } from './layout.ts';

interface Expected {
  readonly collection: string;
  readonly record: ArrayRecord;
  readonly footprint: Footprint;
}

function* expectedOnDisk({ resources, store }: ArrayRuntime): Generator<Expected> {
  for (const { collection, footprint } of resources.values()) {
    if (footprint === undefined) continue;
    for (const id of store.ids(collection, ALL, '')) {
      const record = store.find(collection, id);
      if (record === undefined) continue;
      for (const part of footprint(record, store)) yield { collection, record, footprint: part };
    }
  }
}

/** A request that the death of the process cut off had not written its record yet, or had removed it already. */
async function removeBytesWithoutRecord(expected: readonly Expected[], layout: Layout): Promise<void> {
  const wanted = new Set(
    expected.flatMap(({ footprint }) => (footprint.kind === 'bytes' ? [String(footprint.id)] : [])),
  );
  for (const name of await readdir(layout.volumes)) {
    if (!wanted.has(name)) await rm(join(layout.volumes, name), { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Does not come from a crash: somebody took the directory away. The object goes too, or stays and is named when others need it. */
async function dropRecordsWithoutBytes(
  runtime: ArrayRuntime,
  expected: readonly Expected[],
  layout: Layout,
  report: (line: string) => void,
): Promise<void> {
  for (const { collection, record, footprint } of expected) {
    if (footprint.kind !== 'bytes' || existsSync(layout.volume(footprint.id))) continue;
    const [owner, id] =
      collection === 'volsnaps' ? ['snapshots', refIdIn(record, 'snapshot') ?? 0] : [collection, record.id];
    if (runtime.store.find(owner, id) === undefined) continue;
    try {
      await removeObject(runtime, definitionIn(runtime, owner), id);
      report(`${owner} ${id} had no bytes and was removed`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      report(`${owner} ${id} has no bytes and could not be removed: ${error.message}`);
    }
  }
}

/** Every mapping has its device entry, and there is no other entry. */
async function repairDeviceRoots(runtime: ArrayRuntime, expected: readonly Expected[], layout: Layout): Promise<void> {
  const footprints = expected.map(({ footprint }) => footprint).filter((footprint) => footprint.kind !== 'bytes');
  const wanted = new Map(
    footprints.flatMap((footprint) =>
      footprint.kind === 'device'
        ? [[layout.device(footprint.host, footprint.serial), deviceTarget(footprint.id)]]
        : [[layout.host(footprint.name), '']],
    ),
  );
  for (const host of await readdir(layout.hosts)) {
    if (!wanted.has(layout.host(host))) {
      await rm(layout.host(host), { recursive: true, force: true });
      continue;
    }
    for (const serial of await readdir(layout.host(host))) {
      const entry = layout.device(host, serial);
      if ((await readlink(entry).catch(() => undefined)) !== wanted.get(entry))
        await rm(entry, { recursive: true, force: true });
    }
  }
  await runtime.disk.make(
    footprints.filter(
      (footprint) =>
        !existsSync(
          footprint.kind === 'device' ? layout.device(footprint.host, footprint.serial) : layout.host(footprint.name),
        ),
    ),
  );
}

/**
 * Makes disk and records agree before the first request. Records decide: they are written after the bytes and removed before them.
 * @param report is told what was lost, one line each.
 */
export async function repair(runtime: ArrayRuntime, layout: Layout, report: (line: string) => void): Promise<void> {
  const expected = [...expectedOnDisk(runtime)];
  await removeBytesWithoutRecord(expected, layout);
  await repairDeviceRoots(runtime, expected, layout);
  await dropRecordsWithoutBytes(runtime, expected, layout, report);
}
