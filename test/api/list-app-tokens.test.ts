import { beforeEach, describe, expect, it } from 'vitest';
import { DomainError } from '../../shared/domain/errors.ts';
import { appTokenSecret } from './access-rows.ts';
import { apiBed, type ApiBed, startSeconds, tokens } from './api-bed.ts';
import { callingHost, refusedCallers } from './callers.ts';
import { givenHost } from './given.ts';
import { readStatus } from './log-in.ts';
import { useDatabase } from './test-database.ts';
import { bodyOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
});

const list = (token: string = tokens.viewer) => ({ method: 'GET', path: '/api/v2/flex_app_tokens', token }) as const;
const shown = {
  id: 'b',
  app_name: 'nightly jobs',
  description: '',
  ttl: -1,
  valid: true,
  expire_ts: null,
  created_ts: startSeconds,
  last_used_ts: null,
};

it('is empty at first', async () => {
  expect(await bed.send(list())).toMatchObject({ status: 200, body: [] });
});

it("lists the caller's own, oldest first, without their secrets", async () => {
  await bed.putAppToken('viewer', 'b');
  await bed.putAppToken('viewer', 'a', { createdAtSeconds: startSeconds + 1, expiresAtSeconds: startSeconds + 61 });
  await bed.putAppToken('admin', 'c');
  const answer = await bed.send(list());
  expect(bodyOf('list-app-tokens', answer)).toEqual([
    shown,
    { ...shown, id: 'a', created_ts: startSeconds + 1, ttl: 60, expire_ts: startSeconds + 61 },
  ]);
  expect(answer.text).not.toMatch(/appTokenOf|hash/i);
});

it("lists them to a program of theirs too, and nobody else's", async () => {
  await bed.putAppToken('operator', 'a');
  await bed.putAppToken('viewer', 'b');
  expect((await bed.send(list(tokens.app))).body).toMatchObject([{ id: 'a' }]);
});

describe('says which are worth nothing any more', () => {
  it('because they expired', async () => {
    await bed.putAppToken('viewer', 'b', { expiresAtSeconds: startSeconds + 60 });
    bed.clock.advanceSeconds(59);
    expect((await bed.send(list())).body).toMatchObject([{ valid: true }]);
    bed.clock.advanceSeconds(1);
    expect((await bed.send(list())).body).toMatchObject([{ valid: false }]);
  });

  it('because a new password ended all', async () => {
    await bed.putAppToken('viewer', 'b', { epoch: 6 });
    expect((await bed.send(list())).body).toMatchObject([{ valid: false }]);
  });
});

describe('the last use', () => {
  const lastUse = async () => (await bed.send(list())).body;
  const writes = () => bed.table.calls().filter((call) => call !== 'BatchGetItem' && call !== 'Query');

  it('is noted once in five minutes, and costs other calls no write', async () => {
    await bed.putAppToken('viewer', 'b');
    const token = appTokenSecret('viewer', 'b');
    bed.clock.advanceSeconds(10);
    await readStatus(bed, token);
    expect(await lastUse()).toMatchObject([{ last_used_ts: startSeconds + 10 }]);
    bed.table.forgetCalls();
    bed.clock.advanceSeconds(299);
    expect(await readStatus(bed, token)).toBe(200);
    expect(writes()).toEqual([]);
    expect(await lastUse()).toMatchObject([{ last_used_ts: startSeconds + 10 }]);
    bed.clock.advanceSeconds(1);
    await readStatus(bed, token);
    expect(await lastUse()).toMatchObject([{ last_used_ts: startSeconds + 310 }]);
  });

  it('is noted by one of many calls at once', async () => {
    await bed.putAppToken('viewer', 'b');
    const token = appTokenSecret('viewer', 'b');
    bed.table.forgetCalls();
    const statuses = await Promise.all(Array.from({ length: 10 }, () => readStatus(bed, token)));
    expect(statuses).toEqual(Array.from({ length: 10 }, () => 200));
    // Each that read no use tries the row of the token; one goes on to the row that is listed.
    expect(writes().length).toBeLessThanOrEqual(11);
    expect(await lastUse()).toMatchObject([{ last_used_ts: startSeconds }]);
  });

  it.each([
    ['the table is throttled', new DomainError('Busy', 'the table cannot serve this now'), 200],
    ['of a fault of ours', new TypeError('no such thing'), 500],
  ])('that cannot be noted because %s', async (_, error, status) => {
    const late = await apiBed(bed.table, {
      wrapStore: (store) => ({ ...store, noteTokenUse: () => Promise.reject(error) }),
    });
    await late.putAppToken('viewer', 'b');
    expect(await readStatus(late, appTokenSecret('viewer', 'b'))).toBe(status);
    const warned = late.logLines.filter(({ level }) => level === 'warn');
    expect(warned.map(({ message, fields }) => ({ message, fields }))).toEqual(
      status === 500
        ? []
        : [
            {
              message: 'the use of an app token was not noted',
              fields: { principal: 'app:viewer/nightly jobs', error: 'Busy' },
            },
          ],
    );
  });

  it('is no use when the call was refused', async () => {
    await bed.putAppToken('viewer', 'b');
    const token = appTokenSecret('viewer', 'b');
    expect((await unchanged(bed, { method: 'GET', path: '/api/echo/v1/users', token })).status).toBe(403);
  });
});

it.each(refusedCallers('user'))('$caller is refused', async ({ token }) => {
  await givenHost(bed, callingHost);
  expect((await unchanged(bed, list(token))).status).toBe(403);
});
