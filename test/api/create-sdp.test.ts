import { rootCertificates } from 'node:tls';
import { beforeEach, describe, expect, it } from 'vitest';
import { arrayRefused } from '../../shared/domain/errors.ts';
import { aMemoryArray, nobody } from '../builders/arrays.ts';
import { apiBed, type ApiBed, ownArrayUrl, presentedSha256, startSeconds, tokens } from './api-bed.ts';
import { arrayUrl, givenArray } from './given.ts';

import { useDatabase } from './test-database.ts';
import { bodyOf, detailOf, fieldsOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
const url = 'https://second-array.example';
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
  bed.reachable.set(
    url,
    aMemoryArray('4243', () => bed.clock.nowMilliseconds()),
  );
});

const post = (about: Readonly<Record<string, unknown>> = {}, token: string = tokens.admin) =>
  ({
    method: 'POST',
    path: '/api/echo/v1/sdps',
    token,
    body: { url, secret_id: 'reprise/sdp-second', ...about },
  }) as const;
const list = async () =>
  bodyOf('list-sdps', await bed.send({ method: 'GET', path: '/api/echo/v1/sdps', token: tokens.admin }));

const registered = {
  sdp_id: '4243',
  name: 'array-4243',
  url,
  secret_id: 'reprise/sdp-second',
  managed_by: 'api',
  tls: 'system',
  certificate_sha256: null,
  registered_ts: startSeconds,
  registration: 'registered',
};

it('registers the array under the id that it says itself, and lists it', async () => {
  const answer = await bed.send(post());
  expect(answer.status).toBe(201);
  expect(bodyOf('create-sdp', answer)).toEqual(registered);
  expect(await list()).toEqual([expect.objectContaining({ sdp_id: '4242', managed_by: 'deployment' }), registered]);
  expect(bed.secretsUsed).toContain('reprise/sdp-second');
});

it('leaves an audit entry', async () => {
  await bed.send(post());
  expect(await bed.table.rows()).toContainEqual(
    expect.objectContaining({ operation: 'create-sdp', subject: '4243', principal: 'user:admin' }),
  );
});

it.each([
  ['nothing', {}, { tls: 'system', certificate_sha256: null }],
  ['the CAs of the system', { system_ca: true }, { tls: 'system', certificate_sha256: null }],
  ['a CA', { ca_pem: rootCertificates[0] }, { tls: 'ca', certificate_sha256: null }],
  [
    'a fingerprint',
    { certificate_sha256: 'ab'.repeat(32) },
    { tls: 'fingerprint', certificate_sha256: Array.from({ length: 32 }, () => 'AB').join(':') },
  ],
  [
    'the certificate that it shows',
    { trust_presented_certificate: true },
    { tls: 'fingerprint', certificate_sha256: presentedSha256 },
  ],
])('told %s, trusts that', async (_, given, shown) => {
  expect((await bed.send(post(given))).body).toMatchObject(shown);
});

describe('refuses, and records nothing of,', () => {
  it('an array that is registered', async () => {
    await givenArray(bed, '4243', { url: 'https://other-name.example' });
    await list();
    const answer = await unchanged(bed, post());
    expect(answer.status).toBe(409);
    expect(detailOf(answer)).toBe("array '4243' is registered already");
  });

  it("the deployment's own array", async () => {
    await list();
    expect((await unchanged(bed, post({ url: ownArrayUrl }))).status).toBe(409);
  });

  it("any array until the deployment's own has said who it is: it could be the same", async () => {
    bed.reachable.set(ownArrayUrl, nobody());
    const answer = await unchanged(bed, post());
    expect(answer.status).toBe(503);
    expect(detailOf(answer)).toBe("no array is registered until the deployment's array has said who it is");
  });

  it('an array that does not answer', async () => {
    const answer = await unchanged(bed, post({ url: arrayUrl('silent') }));
    expect(answer.status).toBe(503);
    expect(detailOf(answer)).toContain('did not answer');
  });

  it('an array that does not take the credentials', async () => {
    const array = aMemoryArray('4243', () => 0);
    array.fail({
      verb: 'describe',
      nth: 1,
      when: 'before',
      error: arrayRefused('say what it is', 'credentials not accepted'),
    });
    bed.reachable.set(url, array);
    const answer = await unchanged(bed, post());
    expect(answer.status).toBe(409);
    expect(detailOf(answer)).toContain('credentials not accepted');
  });

  it.each(['', 'x'.repeat(65), 'a/b', 'a\nb', 'a\u007f'])('an array whose id is no id: %j', async (id) => {
    bed.reachable.set(
      url,
      aMemoryArray(id, () => 0),
    );
    expect((await unchanged(bed, post())).status).toBe(409);
  });

  it.each([
    ['http', { url: 'http://array.example' }, 'body.url'],
    ['credentials in the address', { url: 'https://user:password@array.example' }, 'body.url'],
    ['a query in the address', { url: 'https://array.example/?a=b' }, 'body.url'],
    ['no address', { url: undefined }, 'body.url'],
    ['a secret of others', { secret_id: 'reprise/agents' }, 'body.secret_id'],
    ['an ARN', { secret_id: 'arn:aws:secretsmanager:eu-central-1:1:secret:reprise/sdp' }, 'body.secret_id'],
    ['no secret', { secret_id: undefined }, 'body.secret_id'],
    ['a CA that is none', { ca_pem: 'hello' }, 'body.ca_pem'],
    ['a short fingerprint', { certificate_sha256: 'ab'.repeat(31) }, 'body.certificate_sha256'],
    ['no trust at all', { trust_presented_certificate: false }, 'body.trust_presented_certificate'],
    ['two trusts', { trust_presented_certificate: true, certificate_sha256: 'ab'.repeat(32) }, 'body'],
  ])('%s', async (_, about, field) => {
    const answer = await unchanged(bed, post(about));
    expect(answer.status).toBe(422);
    expect(new Set(fieldsOf(answer))).toEqual(new Set([field]));
    expect(bed.secretsUsed).toEqual([]);
  });
});

it('of two that register one array one is refused', async () => {
  const answers = await Promise.all([bed.send(post()), bed.send(post())]);
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
});

it('works where the deployment has no array of its own', async () => {
  const bare = await apiBed(bed.table, { isWithoutArray: true });
  bare.reachable.set(
    url,
    aMemoryArray('4243', () => 0),
  );
  expect((await bare.send(post())).status).toBe(201);
});

it.each(['operator', 'viewer', 'app'] as const)('is refused to the role %s', async (role) => {
  expect((await unchanged(bed, post({}, tokens[role]))).status).toBe(403);
});
