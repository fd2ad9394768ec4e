import { afterEach, describe, expect, it } from 'vitest';
import { waitUntil } from './act/wait-until.ts';
import { acceptedTask, databaseNamed, deleteClone, deleteSnapshot, postClone, taskAt } from './act/flex.ts';
import type { Bed } from './bed/bed.ts';
import { startEmbeddedBed } from './bed/embedded-bed.ts';
import { newDataDir } from './bed/site-bed.ts';
import { startSeparateSite } from './bed/separate-site.ts';
import { viewArray } from './look/array.ts';
import { footprint, settledFootprint } from './look/footprint.ts';
import { rowsOf } from './look/simulated.ts';
import { allRows, taskRow } from './look/table.ts';

const hosts = [
  { hostId: 'sqlprod1', vendor: 'mssql', databases: ['orders'] },
  { hostId: 'sqldev1', vendor: 'mssql', databases: [] },
] as const;

let bed: Bed | undefined;
afterEach(async () => {
  await bed?.stop();
  bed = undefined;
}, 60_000);

const final = ['done', 'done_with_warning', 'failed', 'canceled'];

describe('the whole site ends while a clone is made, and is started again on its folder', { timeout: 120_000 }, () => {
  it.each([
    { how: 'killed', at: 'the array makes the snapshot', call: 'POST snapshots', nth: 1 },
    { how: 'stopped', at: 'the array makes the view', call: 'POST snapshots', nth: 2 },
  ] as const)('$how while $at: the clone is finished or undone', async ({ how, call, nth }) => {
    const dataDir = await newDataDir();
    const first = await startSeparateSite(dataDir, hosts);
    const firstArray = await viewArray(first.array);
    const fault = await firstArray.fault({ call, nth, when: 'before', delay_ms: 4000 });
    const source = (await databaseNamed(first.api, 'sqlprod1', 'orders')).id;
    const destination = { host_id: 'sqldev1', db_id: source, db_name: 'survivor' };
    const task = acceptedTask(await postClone(first.api, 'sqlprod1', [destination]));
    await firstArray.hasFired(fault);
    await firstArray.close();
    await (how === 'killed' ? first.kill() : first.stop());

    bed = await startEmbeddedBed({ hosts }, dataDir);
    const { api, table } = bed;
    await waitUntil('the task to be final', 60_000, async () =>
      final.includes(String((await taskRow(table, task.request_id))['state'])) ? true : undefined,
    );
    const done = await taskAt(api, task.location);
    expect(['completed', 'failed']).toContain(done.state);
    if (done.state === 'completed') {
      const [host, sourceHost] = [bed.hosts.get('sqldev1'), bed.hosts.get('sqlprod1')];
      if (host === undefined || sourceHost === undefined) throw new Error('a host is missing');
      expect(await rowsOf(host, 'survivor')).toEqual(await rowsOf(sourceHost, 'orders'));
      await deleteClone(api, 'sqldev1', done.result?.cloned_dbs?.[0]?.id ?? '');
      await deleteSnapshot(api, done.result?.db_snapshot?.id ?? '');
    } else expect(done.error).not.toBe('');

    const array = await viewArray(bed.array);
    const seen = await footprint(bed, array);
    const databases = seen.rows.filter((row) => row.startsWith('database '));
    const clean = {
      array: {
        snapshots: [],
        disks: seen.array.disks.filter((disk) => /^(CTRL|sqlprod1-orders-data) /.test(disk)),
        mappings: seen.array.mappings.slice(0, 1),
      },
      devices: { sqlprod1: [await array.serialOf('sqlprod1-orders-data')], sqldev1: [] },
      servers: { sqlprod1: [], sqldev1: [] },
      rows: databases.filter((row) => row.includes(' sqlprod1/')),
    };
    expect(await settledFootprint(bed, array, clean)).toEqual(clean);
    if (done.state === 'failed') {
      const effects = (await allRows(table)).filter(
        (row) => row['_et'] === 'effect' && row['requestId'] === task.request_id,
      );
      expect(effects.filter((row) => row['state'] !== 'undone')).toEqual([]);
    }
    await array.close();
  });
});
