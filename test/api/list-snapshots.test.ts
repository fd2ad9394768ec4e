import { beforeEach, expect, it } from 'vitest';
import { apiBed, type ApiBed, tokens } from './api-bed.ts';
import { snapshotRow } from '../builders/flex-example.ts';
import { allowedCallers, callingHost } from './callers.ts';
import { givenClone, givenHost, givenSnapshot, givenTask } from './given.ts';
import { useDatabase } from './test-database.ts';
import { bodyOf, detailOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
});

const list = (token: string = tokens.viewer) => ({ method: 'GET', path: '/api/echo/v1/db_snapshots', token }) as const;

it('is an empty list when there are none', async () => {
  expect(await unchanged(bed, list())).toMatchObject({ status: 200, body: [] });
});

it('shows every field of the contract', async () => {
  await givenClone(bed);
  const answer = await unchanged(bed, list());
  expect(answer.status).toBe(200);
  expect(bodyOf('list-snapshots', answer)).toEqual([
    {
      id: 'snap_1767000100',
      host_id: 'sqlprod1',
      host_name: 'sqlprod1',
      sdp_id: '134409',
      vg_snapshot_ids: [17],
      databases: [{ db_id: '7', db_name: 'orders' }],
      timestamp: 1_767_000_100,
      consistency_level: 'application',
      db_engine_version: '16.0.1000.6',
      is_vss_based: false,
    },
  ]);
});

it('does not show a snapshot whose task still runs', async () => {
  const { requestId } = await givenTask(bed);
  await bed.store.recordSnapshot(snapshotRow({ requestId, state: 'pending' }), []);
  expect((await bed.send(list())).body).toEqual([]);
});

it('past 5 MB is refused whole, and says that there are no pages yet', async () => {
  const [database] = snapshotRow().databases;
  if (database === undefined) throw new Error('the example has a database');
  for (let index = 10; index < 30; index += 1)
    await givenSnapshot(bed, {
      snapshotId: `snap_${String(index)}`,
      databases: [{ ...database, dbName: 'x'.repeat(300_000) }],
    });
  const answer = await unchanged(bed, list());
  expect(answer.status).toBe(503);
  expect(answer.headers).not.toHaveProperty('retry-after');
  expect(detailOf(answer)).toMatch(/^the list of snapshots has 5\.7 MB, .*there is no list in pages yet/);
});

it.each(allowedCallers('viewer'))('may be called by $caller', async ({ token }) => {
  await givenHost(bed, callingHost);
  expect((await bed.send(list(token))).status).toBe(200);
});
