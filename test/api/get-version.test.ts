import { readFileSync } from 'node:fs';
import { beforeEach, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { apiBed, type ApiBed, tokens } from './api-bed.ts';
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
  ({ method: 'GET', path: '/api/v1/version', ...(token === undefined ? {} : { token }) }) as const;

it('answers 200 with the version of the package, and writes nothing', async () => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const answer = await unchanged(bed, get(tokens.viewer));
  expect(answer.status).toBe(200);
  expect(bodyOf('get-version', answer)).toEqual(z.object({ version: z.string() }).parse(JSON.parse(text)));
});

it.each(allowedCallers('viewer'))('for $caller', async ({ token }) => {
  await givenHost(bed, callingHost);
  expect((await bed.send(get(token))).status).toBe(200);
});

it('and 403 without a token', async () => {
  expect(await bed.send(get())).toMatchObject({ status: 403, text: '{"detail":"Not authenticated"}' });
});
