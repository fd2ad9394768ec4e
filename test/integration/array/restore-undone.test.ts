import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyWithNode } from '../../../local/array/bytes/copy-tree.ts';
import { createDisk } from '../../../local/array/bytes/disk.ts';
import { layoutOf } from '../../../local/array/bytes/layout.ts';
import { createSwaps } from '../../../local/array/bytes/swaps.ts';
import { createObject } from '../../../local/array/engine/create-object.ts';
import { definitionIn } from '../../../local/array/engine/definition-in.ts';
import type { EngineCall } from '../../../local/array/engine/engine-call.ts';
import { patchObject } from '../../../local/array/engine/patch-object.ts';
import { plantSeeds } from '../../../local/array/engine/plant-seeds.ts';
import { createReservations } from '../../../local/array/engine/reservations.ts';
import { settleRestores } from '../../../local/array/engine/restore-group.ts';
import type { ArrayRuntime } from '../../../local/array/engine/runtime.ts';
import { resourceTable } from '../../../local/array/resources/table.ts';
import { openStore } from '../../../local/array/store/store.ts';
import { RETENTION } from './array-client.ts';
import { temporaryFolder } from './started-array.ts';

const CALL: EngineCall = { user: 'admin', role: 'admin' };

let dataDir: string;
let runtime: ArrayRuntime;
/** Said to work under the folders that are aside, as if they had opened files there an instant before. */
let latecomers: string[];
let group: string;
let snapshot: string;

const layout = () => layoutOf(dataDir);
const file = (id: number): string => join(layout().volume(id), 'f');
const volumeIds = (): number[] => [...runtime.store.ids('volumes', 'volume_group.ref', group)];
const read = (): string[] => volumeIds().map((id) => readFileSync(file(id), 'utf8'));
const write = (text: string): void => {
  for (const id of volumeIds()) writeFileSync(file(id), text);
};

async function create(collection: string, body: object): Promise<string> {
  const { id } = await createObject(runtime, definitionIn(runtime, collection), body, CALL);
  return `/${collection}/${id}`;
}

const restore = (call = CALL) =>
  patchObject(runtime, definitionIn(runtime, 'volume_groups'), 2, { last_restored_from: { ref: snapshot } }, call);

beforeEach(async () => {
  dataDir = await temporaryFolder();
  latecomers = [];
  mkdirSync(layout().volumes);
  const resources = resourceTable();
  const store = openStore({ path: layout().state, dataDir, resources, now: () => 1000, drawNumber: () => '100' });
  const inTurn = async <Result>(work: () => Promise<Result>): Promise<Result> => work();
  const usersOf = (folders: readonly string[]) =>
    folders.some((folder) => folder.includes('.replaced-')) ? latecomers : [];
  const holdWriters = async <Result>(_folders: readonly string[], work: () => Promise<Result>) => work();
  const swaps = createSwaps({ layout: layout(), copyTree: copyWithNode, holdWriters, usersOf });
  const disk = createDisk({ layout: layout(), copyTree: copyWithNode, holdWriters, inTurn, swaps, now: () => 1000 });
  runtime = { resources, store, disk, reservations: createReservations() };
  plantSeeds(runtime);
  group = await create('volume_groups', { name: 'vg', quota: 0 });
  for (const name of ['data', 'wal']) await create('volumes', { name, size: 1024, volume_group: { ref: group } });
  write('old');
  snapshot = await create('snapshots', { short_name: 's', source: { ref: group }, retention_policy: RETENTION });
  write('new');
});

afterEach(async () => {
  await runtime.store.close();
  await rm(dataDir, { recursive: true });
});

function expectNothingHappened(): void {
  expect(read()).toEqual(['new', 'new']);
  expect(readdirSync(layout().volumes)).toHaveLength(4);
  expect(runtime.store.pendingRestores()).toEqual([]);
  expect(runtime.store.find('volume_groups', 2)).toMatchObject({ last_restored_from: null, last_restored_time: null });
}

describe('a restore whose bytes are in place already', () => {
  it('is undone when a process turns out to have opened the old ones', async () => {
    latecomers = ['postgres (4711)'];
    await expect(restore()).rejects.toThrow('in use by postgres (4711)');
    expectNothingHappened();
    latecomers = [];
    await restore();
    expect(read()).toEqual(['old', 'old']);
  });

  it('is undone when it cannot be recorded', async () => {
    const midway = async () => Promise.reject(new Error('no space left'));
    await expect(restore({ ...CALL, midway })).rejects.toThrow('no space left');
    expectNothingHappened();
  });

  it('lets go of group, volumes and snapshot when what lies beside them cannot be removed', async () => {
    let failures = 1;
    const swaps = {
      ...runtime.disk.swaps,
      discard: async (volumes: readonly number[]) => {
        failures -= 1;
        if (failures >= 0) throw new Error('the disk is dead');
        return runtime.disk.swaps.discard(volumes);
      },
    };
    const dying = { ...runtime, disk: { ...runtime.disk, swaps } };
    const body = { last_restored_from: { ref: snapshot } };
    await expect(patchObject(dying, definitionIn(dying, 'volume_groups'), 2, body, CALL)).rejects.toThrow('dead');
    expect([group, snapshot, '/volumes/3'].map((path) => runtime.reservations.isPinned(path))).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('is undone by the next start when a process opened the old ones and then the array died', async () => {
    const dead = new Promise<never>(() => undefined);
    await new Promise<void>((isInPlace) => {
      const midway = (): Promise<never> => {
        isInPlace();
        return dead;
      };
      void restore({ ...CALL, midway });
    });
    expect(read()).toEqual(['old', 'old']);
    latecomers = ['postgres (4711)'];
    const lines: string[] = [];
    await settleRestores(runtime, (line) => lines.push(line));
    expect(lines).toEqual([expect.stringContaining('postgres (4711)')]);
    expect(read()).toEqual(['new', 'new']);
    expect(runtime.store.pendingRestores()).toEqual([]);
  });
});
