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
  await givenDatabase(bed);
});

const get = (hostId: string, dbId: string, token: string = tokens.viewer) =>
  ({ method: 'GET', path: `/api/v1/hosts/${hostId}/databases/${dbId}`, token }) as const;

it('shows the database', async () => {
  const answer = await unchanged(bed, get('sqlprod1', '7'));
  expect(answer.status).toBe(200);
  expect(bodyOf('get-database', answer)).toMatchObject({
    id: '7',
    host_id: 'sqlprod1',
    name: 'orders',
    status: 'ONLINE',
  });
});

it.each([
  ['an unknown id', 'sqlprod1', '8', "Database '8' not found on host 'sqlprod1'"],
  ['a name in place of the id', 'sqlprod1', 'orders', "Database 'orders' not found on host 'sqlprod1'"],
  ['an unknown host', 'sqlprod2', '7', "Host 'sqlprod2' not found"],
])('is 404 for %s', async (_, hostId, dbId, detail) => {
  const answer = await unchanged(bed, get(hostId, dbId));
  expect(answer.status).toBe(404);
  expect(detailOf(answer)).toBe(detail);
});

it('is 404 for a database of an earlier registration', async () => {
  await givenDatabase(bed, { dbId: '8', generation: 0 });
  expect((await bed.send(get('sqlprod1', '8'))).status).toBe(404);
});

it('is 422 for what cannot be a host id', async () => {
  expect(fieldsOf(await unchanged(bed, get('-', '7')))).toContain('path.host_id');
});

it.each(allowedCallers('viewer'))('may be called by $caller', async ({ token }) => {
  expect((await bed.send(get('sqlprod1', '7', token))).status).toBe(200);
});
