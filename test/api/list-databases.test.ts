import { beforeEach, expect, it } from 'vitest';
import { apiBed, type ApiBed, tokens } from './api-bed.ts';
import { allowedCallers } from './callers.ts';
import { givenDatabase, givenHost } from './given.ts';
import { useDatabase } from './test-database.ts';
import { bodyOf, detailOf, fieldsOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
  await givenHost(bed, 'sqlprod1');
});

const list = (hostId: string, token: string = tokens.viewer) =>
  ({ method: 'GET', path: `/api/v1/hosts/${hostId}/databases`, token }) as const;

it('is an empty list for a host without databases', async () => {
  const answer = await unchanged(bed, list('sqlprod1'));
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual([]);
});

it('shows files and mount points, whatever the engine', async () => {
  await givenDatabase(bed);
  await givenDatabase(bed, {
    dbId: '12',
    name: 'billing',
    vendor: 'postgres',
    files: [],
    mountPoints: [],
    serial: null,
    connection: { host: '127.0.0.1', port: 5501 },
  });
  const answer = await unchanged(bed, list('sqlprod1'));
  expect(bodyOf('list-databases', answer)).toEqual([
    {
      id: '7',
      host_id: 'sqlprod1',
      name: 'orders',
      vendor: 'mssql',
      status: 'ONLINE',
      mssql: {
        files: [
          {
            name: 'orders',
            file_id: 1,
            kind: 'data',
            path: 'G:\\d\\orders.mdf',
            size_mb: 512,
            backup_status: 'ACTIVE',
          },
        ],
      },
      mount_points: [{ kind: 'disk', path: 'G:\\', serial: '1344090006' }],
      connection: null,
    },
    expect.objectContaining({
      id: '12',
      mssql: { files: [] },
      mount_points: [],
      connection: { host: '127.0.0.1', port: 5501 },
    }),
  ]);
});

it('lists in the order of the ids as numbers', async () => {
  for (const dbId of ['100', '9', '20']) await givenDatabase(bed, { dbId, name: `db${dbId}` });
  expect((await bed.send(list('sqlprod1'))).body).toMatchObject([{ id: '9' }, { id: '20' }, { id: '100' }]);
});

it('leaves out what an earlier registration reported', async () => {
  await givenDatabase(bed, { generation: 0 });
  expect((await bed.send(list('sqlprod1'))).body).toEqual([]);
});

it('keeps hosts apart whose ids begin alike', async () => {
  await givenHost(bed, 'sqlprod10');
  await givenDatabase(bed, { hostId: 'sqlprod10' });
  expect((await bed.send(list('sqlprod1'))).body).toEqual([]);
});

it('is 404 for a host that is not registered', async () => {
  const answer = await unchanged(bed, list('sqlprod2'));
  expect(answer.status).toBe(404);
  expect(detailOf(answer)).toBe("Host 'sqlprod2' not found");
});

it('is 422 for what cannot be a host id', async () => {
  expect(fieldsOf(await unchanged(bed, list('1')))).toContain('path.host_id');
});

it.each(allowedCallers('viewer'))('may be called by $caller', async ({ token }) => {
  expect((await bed.send(list('sqlprod1', token))).status).toBe(200);
});
