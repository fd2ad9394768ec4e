import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { provision } from '../../../local/array/provision.ts';
import { RETENTION } from './array-client.ts';
import { lags, startWriter } from './ordered-writer.ts';
import { CREDENTIALS, startedArray, type StartedArray } from './started-array.ts';

const SNAPSHOTS = 50;
const GROUP = { ref: '/volume_groups/2' };

let array: StartedArray;

const bytesOf = (id: number): string => join(array.dataDir, 'volumes', String(id));

beforeEach(async () => {
  array = await startedArray();
});

afterEach(async () => {
  await array.stop();
});

describe.runIf(process.platform === 'linux')('records written in order into two volumes, without pause', () => {
  it(`are in none of ${SNAPSHOTS} snapshots there without the one before`, { timeout: 120_000 }, async () => {
    const volumes = ['data', 'wal'].map((name) => ({ name, sizeKib: 1_048_576 }));
    const host = { name: 'db1', type: 'Linux', iqn: 'iqn.2026-01.test:db1' };
    const made = await provision({ ...array, ...CREDENTIALS }, { volumeGroup: 'vg', volumes, host });
    const [first = '', second = ''] = made.volumes.map(({ id }) => bytesOf(id));
    const writer = await startWriter(first, second);
    try {
      for (let number = 0; number < SNAPSHOTS; number += 1) {
        const body = { short_name: `s${number}`, source: GROUP, retention_policy: RETENTION };
        const { id } = (await array.call('POST', '/snapshots', body)).body;
        const copies = (await array.call('GET', `/volsnaps?snapshot.ref=/snapshots/${String(id)}`)).body.hits;
        expect(copies).toHaveLength(2);
        const [ofFirst = '', ofSecond = ''] = copies.map((copy: { id: number }) => bytesOf(copy.id));
        for (const lag of lags(ofFirst, ofSecond)) expect([0, 1]).toContain(lag);
        expect(writer.isStopped()).toBe(false);
        expect((await array.call('DELETE', `/snapshots/${String(id)}`)).status).toBe(204);
      }
    } finally {
      await writer.end();
    }
  });
});
