import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { provision } from '../../../local/array/provision.ts';
import { eventually, RETENTION } from './array-client.ts';
import { lags, startWriter, type OrderedWriter } from './ordered-writer.ts';
import { CREDENTIALS, startedArray, type StartedArray } from './started-array.ts';

let array: StartedArray;
let writer: OrderedWriter | undefined;
let snapshot: { id: number; data_creation_time: number };
const GROUP = '/volume_groups/2';
const HOST = { name: 'db1', type: 'Linux', iqn: 'iqn.2026-01.test:db1' };

const bytesOf = (id: number): string => join(array.dataDir, 'volumes', String(id));

async function created(collection: string, body: object) {
  const reply = await array.call('POST', `/${collection}`, body);
  expect(reply, JSON.stringify(reply.body)).toMatchObject({ status: 201 });
  return reply.body;
}

const disksOf = async (id: number): Promise<string[]> =>
  (await array.call('GET', `/volsnaps?snapshot.ref=/snapshots/${id}`)).body.hits.map((disk: { id: number }) =>
    bytesOf(disk.id),
  );

beforeEach(async () => {
  array = await startedArray();
  const volumes = ['data', 'wal'].map((name) => ({ name, sizeKib: 1024 }));
  const { hostId } = await provision({ ...array, ...CREDENTIALS }, { volumeGroup: 'vg', volumes, host: HOST });
  snapshot = await created('snapshots', {
    ...{ short_name: 's', source: { ref: GROUP }, retention_policy: RETENTION, is_exposable: true },
  });
  await created('mappings', { host: { ref: `/hosts/${hostId}` }, volume: { ref: `/snapshots/${snapshot.id}` } });
  const [first = '', second = ''] = await disksOf(snapshot.id);
  writer = await startWriter(first, second);
});

afterEach(async () => {
  await writer?.end();
  await array.stop();
});

const slowMiddle = (call: string) => array.call('POST', '/__admin/faults', { call, when: 'during', delay_ms: 300 });

/** Whether the writer is stopped while the call is in its middle, which only a hold explains. */
async function isHeldDuring(work: Promise<unknown>): Promise<void> {
  await eventually(() => (writer?.isStopped() === true ? true : undefined));
  await work;
  expect(writer?.isStopped()).toBe(false);
}

describe.runIf(process.platform === 'linux')('a snapshot that a host writes to', () => {
  it('is of one instant in a view of it, which says when', async () => {
    await slowMiddle('POST snapshots');
    const making = created('snapshots', {
      ...{ short_name: 'w', source: { ref: `/snapshots/${snapshot.id}` }, retention_policy: RETENTION },
    });
    await isHeldDuring(making);
    const view = await making;
    expect(view.data_creation_time).toBeGreaterThan(snapshot.data_creation_time);
    const [first = '', second = ''] = await disksOf(view.id);
    for (const lag of lags(first, second)) expect([0, 1]).toContain(lag);
  });

  it('is held while it is cloned thin', async () => {
    const volumes = (await array.call('GET', `/volumes?volume_group.ref=${GROUP}`)).body.hits;
    await slowMiddle('POST volumes');
    const making = created('volumes', {
      ...{ name: 'clone', volume_group: { ref: GROUP }, is_thin_clone: true },
      ...{ source_volume: { ref: `/volumes/${volumes[0].id}` }, source_snapshot: { ref: `/snapshots/${snapshot.id}` } },
    });
    await isHeldDuring(making);
    expect(existsSync(join(bytesOf((await making).id), 'a'))).toBe(true);
  });

  it('is put back as of one instant', async () => {
    const restore = { last_restored_from: { ref: `/snapshots/${snapshot.id}` } };
    for (let time = 0; time < 10; time += 1) {
      expect(await array.call('PATCH', GROUP, restore)).toMatchObject({ status: 200 });
      const volumes = (await array.call('GET', `/volumes?volume_group.ref=${GROUP}`)).body.hits;
      const [first = '', second = ''] = volumes.map(({ id }: { id: number }) => bytesOf(id));
      for (const lag of lags(first, second)) expect([0, 1]).toContain(lag);
    }
    expect(writer?.isStopped()).toBe(false);
  });
});
