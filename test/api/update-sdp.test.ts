import { beforeEach, describe, expect, it } from 'vitest';
import { aMemoryArray } from '../builders/arrays.ts';
import { apiBed, type ApiBed, presentedSha256, tokens } from './api-bed.ts';
import { arrayUrl, givenArray } from './given.ts';
import { useDatabase } from './test-database.ts';
import { bodyOf, detailOf, fieldsOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
const newUrl = 'https://moved.example';
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
  await givenArray(bed, '4243');
  bed.reachable.set(
    newUrl,
    aMemoryArray('4243', () => bed.clock.nowMilliseconds()),
  );
});

const patch = (body: unknown, sdpId = '4243', token: string = tokens.admin) =>
  ({ method: 'PATCH', path: `/api/echo/v1/sdps/${sdpId}`, token, body }) as const;

it.each([
  ['address', { url: newUrl }, { url: newUrl }],
  ['secret', { secret_id: 'reprise/sdp/rotated' }, { secret_id: 'reprise/sdp/rotated' }],
  ['certificate', { trust_presented_certificate: true }, { tls: 'fingerprint', certificate_sha256: presentedSha256 }],
])('changes its %s and nothing else', async (_, body, changed) => {
  const before = await bed.store.getArray('4243');
  const answer = await bed.send(patch(body));
  expect(answer.status).toBe(200);
  expect(bodyOf('update-sdp', answer)).toMatchObject({
    sdp_id: '4243',
    url: arrayUrl('4243'),
    secret_id: 'reprise/sdp/4243',
    ...changed,
  });
  expect(await bed.store.getArray('4243')).toMatchObject({ version: (before?.version ?? 0) + 1 });
  expect(await bed.table.rows()).toContainEqual(expect.objectContaining({ operation: 'update-sdp', subject: '4243' }));
});

it('goes back to the CAs of the system', async () => {
  await bed.send(patch({ trust_presented_certificate: true }));
  expect((await bed.send(patch({ system_ca: true }))).body).toMatchObject({ tls: 'system', certificate_sha256: null });
});

it('is heard of by a function that is warm after a minute', async () => {
  const get = { method: 'GET', path: '/api/echo/v1/sdps/4243', token: tokens.admin } as const;
  await bed.send(get);
  await bed.send(patch({ secret_id: 'reprise/sdp/rotated' }));
  const used = bed.secretsUsed.length;
  await bed.send(get);
  expect(bed.secretsUsed.slice(used)).toEqual([]);
  bed.clock.advanceSeconds(60);
  await bed.send(get);
  expect(bed.secretsUsed.slice(used)).toEqual(['reprise/sdp/rotated']);
});

describe('changes nothing when', () => {
  it('another array answers there', async () => {
    bed.reachable.set(
      newUrl,
      aMemoryArray('9999', () => 0),
    );
    const answer = await unchanged(bed, patch({ url: newUrl }));
    expect(answer.status).toBe(409);
    expect(detailOf(answer)).toBe("the array there is '9999', not '4243'");
  });

  it('nobody answers there', async () => {
    expect((await unchanged(bed, patch({ url: arrayUrl('silent') }))).status).toBe(503);
  });

  it('the array is being removed', async () => {
    await bed.store.beginRemoval('4243', 'removal-1', 1);
    expect((await unchanged(bed, patch({ url: newUrl }))).status).toBe(409);
  });

  it('another call changed it meanwhile', async () => {
    const racing = await apiBed(bed.table, {
      wrapStore: (store) => ({
        ...store,
        changeArray: async (next, audit) => {
          await store.changeArray(next, audit);
          return await store.changeArray(next, audit);
        },
      }),
    });
    racing.reachable.set(
      newUrl,
      aMemoryArray('4243', () => 0),
    );
    expect((await racing.send(patch({ url: newUrl }))).status).toBe(503);
  });

  it("it is the deployment's own", async () => {
    await bed.send({ method: 'GET', path: '/api/echo/v1/sdps', token: tokens.admin });
    const answer = await unchanged(bed, patch({ url: newUrl }, '4242'));
    expect(answer.status).toBe(409);
    expect(detailOf(answer)).toContain('belongs to the deployment');
  });

  it('nobody registered it', async () => {
    await bed.send({ method: 'GET', path: '/api/echo/v1/sdps', token: tokens.admin });
    expect((await unchanged(bed, patch({ url: newUrl }, '9999'))).status).toBe(404);
  });

  it.each([
    ['it is asked for nothing', {}, 'body'],
    ['the address is none', { url: 'ftp://a' }, 'body.url'],
    ['the secret is of others', { secret_id: 'other' }, 'body.secret_id'],
    ['two trusts are given', { system_ca: true, trust_presented_certificate: true }, 'body'],
  ])('%s', async (_, body, field) => {
    const answer = await unchanged(bed, patch(body));
    expect(answer.status).toBe(422);
    expect(fieldsOf(answer)).toEqual([field]);
  });

  it.each(['operator', 'viewer', 'app'] as const)('the role %s asks for it', async (role) => {
    expect((await unchanged(bed, patch({ url: newUrl }, '4243', tokens[role]))).status).toBe(403);
  });
});
