/** Tokens and passwords are planted in every place a request has; nothing that is kept or said may hold one. */
import { beforeEach, describe, expect, it } from 'vitest';
import { cheapHash } from './access-rows.ts';
import { apiBed, type ApiBed, tokens } from './api-bed.ts';
import { callingHost } from './callers.ts';
import { hostToken } from './given.ts';
import { givenSite, routeCalls, tokenFor } from './route-calls.ts';
import { useDatabase } from './test-database.ts';

const newTable = useDatabase();
const planted = 'PLANTED-s3cret-0123456789';
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
  await givenSite(bed);
});

/** Everything that outlives the call: rows (audit, tasks, tokens …), log lines, and what flows were told. */
const kept = async (): Promise<string> =>
  JSON.stringify([await bed.table.rows(), bed.logLines, bed.flows.started, bed.flows.signals]);

const headers = {
  'x-api-key': planted,
  cookie: `session=${planted}`,
  'proxy-authorization': `Basic ${planted}`,
  'user-agent': planted,
  accept: `application/json; ${planted}`,
} as const;

describe.each(routeCalls)('$name', ({ route, request }) => {
  it('keeps nothing of its headers and unknown fields', async () => {
    const body =
      typeof request.body === 'object'
        ? { ...request.body, password: planted, token: planted, nested: { secret: planted } }
        : request.body;
    const answer = await bed.send({
      ...request,
      token: tokenFor(route),
      headers,
      ...(body === undefined ? {} : { body }),
    });
    expect(answer.status).toBeLessThan(500);
    expect(answer.text).not.toContain(planted);
    const text = await kept();
    expect(text).not.toContain(planted);
    for (const token of [...Object.values(tokens), hostToken(callingHost)]) expect(text).not.toContain(token);
  });

  it('keeps and says nothing of a token that is refused, or a body that is', async () => {
    const asStranger = await bed.send({ ...request, token: planted });
    const broken = await bed.send({ ...request, token: tokenFor(route), body: `{"password":"${planted}"` });
    const wrong = await bed.send({ ...request, token: tokenFor(route), body: [planted] });
    for (const answer of [asStranger, broken, wrong]) expect(answer.text).not.toContain(planted);
    expect(await kept()).not.toContain(planted);
  });
});

it('keeps nothing of a login but the hash of its token', async () => {
  await bed.putUser({ name: 'ann', role: 'viewer', passwordHash: cheapHash(planted) });
  const login = (password: string) =>
    bed.send({
      method: 'POST',
      path: '/api/v1/auth/local/login',
      body: new URLSearchParams({ username: 'ann', password }).toString(),
    });
  const answer = await login(planted);
  const refused = await login(`${planted}-wrong`);
  expect([answer.status, refused.status]).toEqual([200, 401]);
  const { access_token: token } = JSON.parse(answer.text) as { access_token: string };
  const text = await kept();
  expect(text).not.toContain(planted);
  expect(text).not.toContain(token.split('.')[1]);
  expect(refused.text).not.toContain(planted);
});

it('keeps nothing of an app token but its hash, and nothing of passwords that are set', async () => {
  const made = await bed.send({
    method: 'POST',
    path: '/api/v2/flex_app_tokens',
    token: tokens.viewer,
    body: { app_name: 'ci' },
  });
  const { token } = JSON.parse(made.text) as { token: string };
  const put = { method: 'PUT', token: tokens.admin, path: '/api/echo/v1/users/viewer/password' } as const;
  expect((await bed.send({ ...put, body: { password: planted } })).status).toBe(204);
  const own = { ...put, path: '/api/echo/v1/me/password', body: { current_password: planted, new_password: planted } };
  expect((await bed.send(own)).status).toBe(403);
  const text = await kept();
  expect(text).not.toContain(planted);
  expect(text).not.toContain(token.split('.')[1]);
});

it('keeps nothing of the token of a registration but its hash', async () => {
  const answer = await bed.send({ method: 'PUT', path: '/api/v1/hosts/sqltest1', token: tokens.admin });
  const { token } = JSON.parse(answer.text) as { token: string };
  expect(token).not.toBe('');
  expect(await kept()).not.toContain(token);
});

it('keeps nothing of the credentials of a queue', async () => {
  const answer = await bed.send({ method: 'POST', path: '/api/agent/v1/queue-access', token: hostToken(callingHost) });
  expect(answer.text).toContain('queueSecret');
  expect(await kept()).not.toContain('queueSecret');
});

it('says nothing of the inside of a fault', async () => {
  const faulty = await apiBed(bed.table, {
    wrapStore: (store) => ({
      ...store,
      listTasks: () => Promise.reject(new Error(`cannot reach https://user:${planted}@table.internal`)),
    }),
  });
  const answer = await faulty.send({ method: 'GET', path: '/api/echo/v1/tasks', token: tokens.viewer });
  expect(answer).toMatchObject({ status: 500, text: '{"detail":"Internal Server Error"}' });
  expect(faulty.logLines.map((line) => line.level)).toEqual(['error', 'info']);
  expect(JSON.stringify(faulty.logLines)).not.toContain(tokens.viewer);
});

it('shows no task token to anybody', async () => {
  const paths = ['/api/echo/v1/tasks', '/api/echo/v1/topology', '/api/v1/hosts', '/api/echo/v1/db_snapshots'];
  for (const path of paths) {
    expect((await bed.send({ method: 'GET', path, token: tokens.admin })).text).not.toMatch(
      /taskToken|tokenHash|passwordHash|queueUrl/,
    );
  }
});
