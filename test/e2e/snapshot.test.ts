/** A snapshot that somebody asks for, from the call to its deletion, over the paths of today and the older ones. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { acceptedTask, databaseNamed, deleteSnapshot, ended, snapshotIds, TaskAnswer } from './act/flex.ts';
import { type Bed, startBed } from './bed/bed.ts';
import { type ArrayView, viewArray } from './look/array.ts';
import { footprint, settledFootprint } from './look/footprint.ts';

const hostId = 'sqlprod1';
const path = '/api/echo/v1/db_snapshots';
const names = ['orders', 'stock'] as const;

let bed: Bed;
let array: ArrayView;
let databaseIds: readonly string[];

beforeAll(async () => {
  bed = await startBed({ hosts: [{ hostId, vendor: 'mssql', databases: names }] });
  array = await viewArray(bed.array);
  databaseIds = await Promise.all(names.map(async (name) => (await databaseNamed(bed.api, hostId, name)).id));
}, 90_000);

afterAll(async () => {
  await array.close();
  await bed.stop();
}, 60_000);

const ListedSnapshot = z.object({
  id: z.string(),
  host_id: z.string(),
  sdp_id: z.string(),
  vg_snapshot_ids: z.array(z.number()),
  databases: z.array(z.object({ db_id: z.string(), db_name: z.string() })),
  timestamp: z.number(),
  consistency_level: z.string(),
  is_vss_based: z.boolean(),
});
const Topology = z.array(
  z.object({
    host: z.object({ id: z.string() }),
    databases: z.array(
      z.object({
        id: z.string(),
        db_snapshots: z.array(
          z.object({
            id: z.string(),
            consistency_level: z.string(),
            db_ids: z.array(z.string()),
            deletable: z.boolean(),
          }),
        ),
      }),
    ),
  }),
);

const read = async <ANSWER>(at: string, schema: z.ZodType<ANSWER>): Promise<ANSWER> =>
  schema.parse((await bed.api.call('GET', at)).body);
const snapshotsByDatabase = async () =>
  (await read('/api/echo/v1/topology', Topology))
    .filter((one) => one.host.id === hostId)
    .flatMap(({ databases }) => databases.map(({ id, db_snapshots }) => [id, db_snapshots] as const));

/** Takes a snapshot of both databases and waits for it; its id. */
async function take(level: 'application' | 'crash', at = path, forceVss = false): Promise<string> {
  const body = {
    source_host_id: hostId,
    database_ids: databaseIds,
    name_prefix: 'nightly-',
    consistency_level: level,
    use_vss: forceVss,
  };
  expect(await bed.api.call('POST', `${at}/__validate`, body)).toMatchObject({
    status: 200,
    body: { valid: true, issues: [] },
  });
  const accepted = acceptedTask(await bed.api.call('POST', at, body));
  expect(accepted).toMatchObject({ state: 'running', result: null, command_type: 'CreateDBSnapshotCommand' });
  const done = await ended(bed.api, accepted);
  expect(done).toMatchObject({ state: 'completed', error: '', result: { db_snapshot: {} } });
  expect(done.result).not.toHaveProperty('cloned_dbs');
  return done.result?.db_snapshot?.id ?? '';
}

describe('a snapshot of two databases in two volume groups', { timeout: 60_000 }, () => {
  it.each(['application', 'crash'] as const)(
    'at %s level is one: shown when its task is completed, on the array, and gone when it is deleted',
    async (level) => {
      const clean = await footprint(bed, array);
      const id = await take(level);
      expect(id).toMatch(/^nightly-_\d{10}$/);

      const [snapshot, ...others] = await read(path, z.array(ListedSnapshot));
      expect(others).toEqual([]);
      expect(snapshot).toMatchObject({
        id,
        host_id: hostId,
        sdp_id: await array.systemId(),
        databases: names.map((name, index) => ({ db_id: databaseIds[index], db_name: name })),
        consistency_level: level,
        is_vss_based: false,
      });
      const shown = [{ id, consistency_level: level, db_ids: databaseIds, deletable: true }];
      expect(await snapshotsByDatabase()).toEqual(databaseIds.map((databaseId) => [databaseId, shown]));
      const before = new Set(clean.array.snapshots);
      const taken = (await array.snapshots()).filter((one) => !before.has(one.name));
      expect(taken).toHaveLength(names.length);
      expect(taken.map((one) => one.id).sort()).toEqual([...(snapshot?.vg_snapshot_ids ?? [])].sort());

      await deleteSnapshot(bed.api, id);
      expect(await snapshotIds(bed.api)).toEqual([]);
      expect(await snapshotsByDatabase()).toEqual(databaseIds.map((databaseId) => [databaseId, []]));
      expect((await bed.api.call('DELETE', `${path}/${id}`)).status).toBe(404);
      expect(await settledFootprint(bed, array, clean)).toEqual(clean);
    },
  );

  it.each([
    ['application', true],
    ['crash', false],
  ] as const)('at %s level says that it is based on VSS where it was forced: %s', async (level, isVssBased) => {
    const id = await take(level, path, true);
    expect(await read(path, z.array(ListedSnapshot))).toMatchObject([{ id, is_vss_based: isVssBased }]);
    await deleteSnapshot(bed.api, id);
  });

  it('is taken, listed and deleted over the older paths, by a client that parses a task from every answer', async () => {
    const clean = await footprint(bed, array);
    const id = await take('application', '/flex/api/v1/db_snapshots');
    const listed = await read('/api/ocie/v1/db_snapshots', z.array(ListedSnapshot));
    expect(listed.map((one) => one.id)).toEqual([id]);
    const answer = await bed.api.call('DELETE', `/flex/api/v1/db_snapshots/${id}`, undefined, {
      accept: 'application/json',
    });
    expect(answer.status).toBe(200);
    const deletion = TaskAnswer.parse(answer.body);
    expect(deletion).toMatchObject({ state: 'completed', command_type: 'DeleteDBSnapshotCommand', result: null });
    expect(await read(`/flex/api/v1/tasks/echo/${deletion.request_id}`, TaskAnswer)).toEqual(deletion);
    expect(await settledFootprint(bed, array, clean)).toEqual(clean);
  });
});

it('an installer finds the API and the array', async () => {
  expect((await bed.api.call('GET', '/api/v2/flex/info')).status).toBe(200);
  expect(await bed.api.call('GET', '/api/v1/pages/dashboard')).toMatchObject({
    status: 200,
    body: {
      k2xs: [
        {
          id: await array.systemId(),
          version: expect.stringMatching(/^\d/),
          mc_floating_ip: new URL(bed.array.url).hostname,
          mc_https_port: Number(new URL(bed.array.url).port),
        },
      ],
    },
  });
});
