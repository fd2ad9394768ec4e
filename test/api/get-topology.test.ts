import { beforeEach, expect, it } from 'vitest';
import { apiBed, type ApiBed, startSeconds, tokens } from './api-bed.ts';
import { allowedCallers, callingHost } from './callers.ts';
import { givenClone, givenDatabase, givenHost, givenSnapshot } from './given.ts';
import { useDatabase } from './test-database.ts';
import { bodyOf, detailOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
});

const get = (token: string = tokens.viewer) => ({ method: 'GET', path: '/api/echo/v1/topology', token }) as const;

it('is an empty list without hosts', async () => {
  const answer = await unchanged(bed, get());
  expect(answer).toMatchObject({ status: 200, body: [] });
});

it('has one entry per host, hosts without databases too', async () => {
  await givenHost(bed, 'sqlprod1', { hostName: 'SQL-PROD' });
  await givenHost(bed, 'sqldev1', { connected: false });
  const answer = await unchanged(bed, get());
  expect(bodyOf('get-topology', answer)).toMatchObject([
    { host: { id: 'sqldev1', name: 'sqldev1', is_connected: false, last_seen_ts: 0 }, databases: [] },
    { host: { id: 'sqlprod1', name: 'SQL-PROD', is_connected: true, last_seen_ts: startSeconds - 10 }, databases: [] },
  ]);
});

it('shows a clone with its lineage, and the snapshot under the source only', async () => {
  await givenHost(bed, 'sqlprod1');
  await givenHost(bed, 'sqldev1');
  await givenDatabase(bed);
  await givenClone(bed);
  const answer = await unchanged(bed, get());
  expect(bodyOf('get-topology', answer)).toMatchObject([
    {
      host: { id: 'sqldev1' },
      databases: [
        {
          id: '5',
          name: 'orders_dev',
          db_snapshots: [],
          parent: { src_host_id: 'sqlprod1', src_db_id: '7', snap_id: 'snap_1767000100' },
          source_host_id: 'sqlprod1',
          source_db_id: '7',
          source_db_name: 'orders',
        },
      ],
    },
    {
      host: { id: 'sqlprod1' },
      sdps: [{ sdp_id: '134409', host_name: 'sqlprod1' }],
      databases: [
        {
          id: '7',
          parent: null,
          db_snapshots: [
            {
              id: 'snap_1767000100',
              timestamp: 1_767_000_100,
              consistency_level: 'application',
              db_ids: ['7'],
              deletable: false,
            },
          ],
        },
      ],
    },
  ]);
});

it('says that a snapshot is deletable once its clones are gone', async () => {
  await givenHost(bed, 'sqlprod1');
  await givenDatabase(bed);
  await givenSnapshot(bed);
  expect((await bed.send(get())).body).toMatchObject([{ databases: [{ db_snapshots: [{ deletable: true }] }] }]);
});

it('leaves out databases that are not on the array', async () => {
  await givenHost(bed, 'sqlprod1');
  await givenDatabase(bed, { serial: null });
  expect((await bed.send(get())).body).toMatchObject([{ databases: [] }]);
});

it('past 5 MB is refused whole, and names where else to ask', async () => {
  await givenHost(bed, 'sqlprod1');
  for (let dbId = 10; dbId < 30; dbId += 1) {
    const file = {
      name: 'x'.repeat(300_000),
      fileId: 1,
      kind: 'data',
      path: '',
      sizeMib: 1,
      backupStatus: '',
    } as const;
    await givenDatabase(bed, { dbId: String(dbId), name: `orders_${String(dbId)}`, files: [file] });
  }
  const answer = await unchanged(bed, get());
  expect(answer.status).toBe(503);
  expect(answer.headers).not.toHaveProperty('retry-after');
  expect(detailOf(answer)).toMatch(/^the topology has 5\.7 MB, more than the 5\.0 MB of one answer; .*db_snapshots/);
});

it.each(allowedCallers('viewer'))('may be called by $caller', async ({ token }) => {
  await givenHost(bed, callingHost);
  expect((await bed.send(get(token))).status).toBe(200);
});
