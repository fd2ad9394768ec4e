import { beforeEach, expect, it } from 'vitest';
import { aMemoryArray, nobody } from '../builders/arrays.ts';
import { apiBed, type ApiBed, ownArrayUrl, tokens } from './api-bed.ts';
import { arrayUrl, givenArray } from './given.ts';
import { useDatabase } from './test-database.ts';
import { bodyOf, detailOf } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
  await givenArray(bed, '4243');
});

const get = (sdpId: string, token: string = tokens.admin) =>
  ({ method: 'GET', path: `/api/echo/v1/sdps/${sdpId}`, token }) as const;

it.each([
  ['4243', 'api'],
  ['4242', 'deployment'],
])('gives array %s with its state and capacity now', async (sdpId, managedBy) => {
  const answer = await bed.send(get(sdpId));
  expect(answer.status).toBe(200);
  expect(bodyOf('get-sdp', answer)).toMatchObject({
    sdp_id: sdpId,
    managed_by: managedBy,
    state: 'ONLINE',
    reason: '',
    version: '8.0.0',
    capacity: { state: 'ok', total_kib: expect.any(Number), free_kib: expect.any(Number) },
  });
});

it.each([
  ['4243', arrayUrl('4243')],
  ['4242', ownArrayUrl],
])('says of array %s that it is silent, and why', async (sdpId, url) => {
  await bed.send(get(sdpId));
  const cold = await apiBed(bed.table);
  cold.reachable.set(url, nobody());
  const answer = await cold.send(get(sdpId));
  expect(answer.status).toBe(200);
  expect(bodyOf('get-sdp', answer)).toMatchObject({
    sdp_id: sdpId,
    state: 'unreachable',
    reason: expect.stringContaining('did not answer'),
    capacity: null,
  });
});

it('says so when another array answers at its address', async () => {
  bed.reachable.set(
    arrayUrl('4243'),
    aMemoryArray('9999', () => 0),
  );
  expect((await bed.send(get('4243'))).body).toMatchObject({
    state: 'unreachable',
    reason: 'the address of array 4243 leads to array 9999',
  });
});

it("says of the deployment's own that another array answers, also when it was asked a moment ago", async () => {
  await bed.send(get('4242'));
  const other = aMemoryArray('9999', () => 0);
  const own = bed.sdp;
  let asked = 0;
  // Who it is, is asked twice: the second answer is of another one.
  const describeArray = () => ((asked += 1) === 1 ? own : other).describe();
  bed.reachable.set(ownArrayUrl, { ...own, describe: describeArray });
  expect((await bed.send(get('4242'))).body).toMatchObject({
    state: 'unreachable',
    reason: 'the array refused to be asked: its address leads to array 9999',
  });
});

it('is 404 for an array nobody registered', async () => {
  const answer = await bed.send(get('9999'));
  expect(answer.status).toBe(404);
  expect(detailOf(answer)).toBe("Array '9999' not found");
});

it('is 422 for an id that is none', async () => {
  expect((await bed.send(get('x'.repeat(65)))).status).toBe(422);
});

it.each(['operator', 'viewer', 'app'] as const)('is refused to the role %s', async (role) => {
  expect((await bed.send(get('4243', tokens[role]))).status).toBe(403);
});
