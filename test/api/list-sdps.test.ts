import { beforeEach, expect, it } from 'vitest';
import { aMemoryArray, nobody } from '../builders/arrays.ts';
import { apiBed, type ApiBed, ownArrayUrl, tokens } from './api-bed.ts';
import { givenArray } from './given.ts';
import { useDatabase } from './test-database.ts';
import { bodyOf } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
});

const list = async (on: ApiBed = bed) =>
  bodyOf('list-sdps', await on.send({ method: 'GET', path: '/api/echo/v1/sdps', token: tokens.admin }));
const own = {
  sdp_id: '4242',
  name: 'array-4242',
  url: ownArrayUrl,
  secret_id: 'reprise/sdp',
  managed_by: 'deployment',
  tls: 'ca',
  certificate_sha256: null,
  registered_ts: 0,
  registration: 'registered',
};

it("lists the deployment's own array, and what was registered", async () => {
  await givenArray(bed, '5000', { removalId: 'removal-1', removingSinceSeconds: 1 });
  await givenArray(bed, '4999');
  expect(await list()).toEqual([
    own,
    expect.objectContaining({ sdp_id: '4999', managed_by: 'api', registration: 'registered' }),
    expect.objectContaining({ sdp_id: '5000', managed_by: 'api', registration: 'removing' }),
  ]);
});

it('names the array that answers at the own address now', async () => {
  await list();
  bed.reachable.set(
    ownArrayUrl,
    aMemoryArray('4343', () => 0),
  );
  expect(await list()).toEqual([{ ...own, sdp_id: '4343', name: 'array-4343' }]);
});

it('remembers of a silent own one what it said last', async () => {
  await list();
  const later = await apiBed(bed.table);
  later.reachable.set(ownArrayUrl, nobody());
  expect(await list(later)).toEqual([own]);
});

it('lists the own array without an id as long as it has never answered', async () => {
  bed.reachable.set(ownArrayUrl, nobody());
  expect(await list()).toEqual([{ ...own, sdp_id: '', name: '' }]);
});

it('lists nothing where there is nothing', async () => {
  expect(await list(await apiBed(bed.table, { isWithoutArray: true }))).toEqual([]);
});

it.each(['operator', 'viewer', 'app'] as const)('is refused to the role %s', async (role) => {
  expect((await bed.send({ method: 'GET', path: '/api/echo/v1/sdps', token: tokens[role] })).status).toBe(403);
});
