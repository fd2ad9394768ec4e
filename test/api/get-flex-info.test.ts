import { beforeEach, expect, it } from 'vitest';
import { apiBed, type ApiBed, startSeconds, tokens } from './api-bed.ts';
import { allowedCallers, callingHost } from './callers.ts';
import { givenHost } from './given.ts';
import { useDatabase } from './test-database.ts';
import { bodyOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
});

const get = (token?: string) =>
  ({ method: 'GET', path: '/api/v2/flex/info', ...(token === undefined ? {} : { token }) }) as const;

it('answers 200 with our clock, and writes nothing', async () => {
  const answer = await unchanged(bed, get(tokens.viewer));
  expect(answer.status).toBe(200);
  expect(bodyOf('get-flex-info', answer)).toEqual({ name: 'reprise', ts: startSeconds });
});

it.each(allowedCallers('viewer'))('for $caller', async ({ token }) => {
  await givenHost(bed, callingHost);
  expect((await bed.send(get(token))).status).toBe(200);
});

it('and 403 without a token, so that the installer hears of a wrong one at once', async () => {
  expect(await bed.send(get())).toMatchObject({ status: 403, text: '{"detail":"Not authenticated"}' });
});
