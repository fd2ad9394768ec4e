import { readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ArrayProcess } from '../../../local/array/array-process.ts';
import { provision } from '../../../local/array/provision.ts';
import { expectAgreement } from './agreement.ts';
import { arrayClient, eventually, RETENTION, type Call } from './array-client.ts';
import { mortalArrays, type MortalArrays } from './mortal-array.ts';
import { lags, startWriter, type OrderedWriter } from './ordered-writer.ts';
import { runRestlessClients, SAVED, type Places, type Promises } from './restless-clients.ts';
import { CREDENTIALS, temporaryFolder } from './started-array.ts';

const ROUNDS = 15;
const SEED = 20_261_121;
const MOST_CHANGES = 60;
const LONGEST_MS = 700;

let dataDir: string;
let arrays: MortalArrays;
let array: ArrayProcess;
let call: Call;
let writer: OrderedWriter;
let places: Places;

const bytesOf = (id: number): string => join(dataDir, 'volumes', String(id));

async function start(): Promise<void> {
  array = await arrays.start();
  call = await arrayClient({ ...array, ...CREDENTIALS });
}

beforeEach(async () => {
  dataDir = await temporaryFolder();
  arrays = mortalArrays(dataDir, /\/(volumes|hosts)\//);
  await start();
  const make = (name: string) =>
    provision(
      { ...array, ...CREDENTIALS },
      {
        volumeGroup: name,
        volumes: ['data', 'wal'].map((part) => ({ name: `${name}-${part}`, sizeKib: 1024 })),
        host: { name: 'db1', type: 'Linux', iqn: 'iqn.2026-01.test:db1' },
      },
    );
  const [busy, calm] = [await make('busy'), await make('calm')];
  const [first = '', second = ''] = busy.volumes.map(({ id }) => bytesOf(id));
  writer = await startWriter(first, second);
  const calmFolders = calm.volumes.map(({ id }) => bytesOf(id));
  for (const folder of calmFolders) writeFileSync(join(folder, 'f'), SAVED);
  const calmGroup = `/volume_groups/${calm.volumeGroupId}`;
  const body = { short_name: SAVED, source: { ref: calmGroup }, retention_policy: RETENTION };
  const calmSnapshot = `/snapshots/${String((await call('POST', '/snapshots', body)).body.id)}`;
  const busyGroup = `/volume_groups/${busy.volumeGroupId}`;
  const spare = await call('POST', '/volume_groups', { name: 'spare', quota: 0 });
  const spareGroup = `/volume_groups/${String(spare.body.id)}`;
  places = { busyGroup, calmGroup, calmFolders, calmSnapshot, spareGroup, host: `/hosts/${busy.hostId}` };
});

afterEach(async () => {
  await array.stop();
  await writer.end();
  await rm(dataDir, { recursive: true });
});

/** Numbers from 0 to 1, always the same ones (a linear congruential generator). */
function seededRandom(): () => number {
  let state = SEED;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

/** In turns right before a change on disk that is counted, and after some milliseconds, which may fall anywhere. */
async function killSometime(round: number, random: () => number): Promise<void> {
  if (round % 2 === 0) {
    arrays.dieAt(1 + Math.floor(random() * MOST_CHANGES));
  } else {
    await wait(random() * LONGEST_MS);
    process.kill(array.pid, 'SIGKILL');
  }
}

async function expectPromisesKept(promises: Promises): Promise<void> {
  for (const [path, isThere] of promises.isThere)
    expect([path, (await call('GET', path)).status]).toEqual([path, isThere ? 200 : 404]);
  const contents = places.calmFolders.map((folder) => readFileSync(join(folder, 'f'), 'utf8'));
  expect(promises.contents).toContain(contents[0]);
  expect(contents[1]).toBe(contents[0]);
  const group = (await call('GET', places.calmGroup)).body;
  expect(group.last_restored_time ?? 0).toBeGreaterThanOrEqual(promises.restoredAtSeconds);
}

/** Every snapshot of the group that is written into, however many kills ago it was made. */
async function expectWholeSnapshots(): Promise<void> {
  for (const { id } of (await call('GET', `/snapshots?source.ref=${places.busyGroup}&__limit=1000`)).body.hits) {
    const disks = (await call('GET', `/volsnaps?snapshot.ref=/snapshots/${String(id)}`)).body.hits;
    const [first = '', second = ''] = disks.map((disk: { id: number }) => bytesOf(disk.id));
    for (const lag of lags(first, second)) expect([0, 1]).toContain(lag);
  }
}

describe.runIf(process.platform === 'linux')('an array that is killed again and again', () => {
  it(
    `keeps what it answered, has nothing half-made and leaves nobody stopped, ${ROUNDS} times`,
    { timeout: 240_000 },
    async () => {
      const random = seededRandom();
      const promises: Promises = { isThere: new Map(), contents: [SAVED], restoredAtSeconds: 0 };
      for (let round = 0; round < ROUNDS; round += 1) {
        const clients = runRestlessClients(call, places, promises, round);
        await Promise.all([clients, killSometime(round, random)]);
        await eventually(() => (writer.isStopped() ? undefined : true));
        await start();
        await expectAgreement(call, dataDir);
        await expectPromisesKept(promises);
        await expectWholeSnapshots();
      }
      expect([...promises.isThere.values()].filter((isThere) => isThere).length).toBeGreaterThan(0);
      expect(promises.restoredAtSeconds).toBeGreaterThan(0);
    },
  );
});
