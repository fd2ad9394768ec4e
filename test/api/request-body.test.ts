/** What the chain takes for a body, on every route that has one. Flex contract, section 1; design, section 12. */
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { apiBed, type ApiBed, tokens } from './api-bed.ts';
import { givenSite, routeCalls, tokenFor } from './route-calls.ts';
import { useDatabase } from './test-database.ts';
import { fieldsOf, taskOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeAll(async () => {
  bed = await apiBed(await newTable());
  await givenSite(bed);
});

const jsonCalls = routeCalls.filter(({ route }) => route.request.body !== undefined);
const nested = (depth: number, open: string, close: string): string => open.repeat(depth) + close.repeat(depth);

describe.each(jsonCalls)('$name', ({ route, request }) => {
  it.each([
    ['broken JSON', '{"host_id":'],
    ['text', 'hello'],
    ['a form', 'host_id=sqldev1&database_id=5'],
    ['two values', '{}{}'],
    ['a trailing comma', '{"a":1,}'],
    ['NaN', '{"a":NaN}'],
    ['a list', '[]'],
    ['a number', '5'],
    ['a string', '"text"'],
    ['null', 'null'],
    ['true', 'true'],
    ['a deep list', nested(100_000, '[', ']')],
    ['a deep object', nested(40_000, '{"a":', '}')],
    ['deep nesting inside a field', `{"result":${nested(20_000, '[', ']')}}`],
    ['quotes without end', '"\\"'.repeat(60_000)],
  ])('is 422 for %s, with loc, msg and type', async (_, body) => {
    const answer = await unchanged(bed, { ...request, token: tokenFor(route), body });
    expect(answer.status).toBe(422);
    expect(fieldsOf(answer)[0]).toMatch(/^body/);
  });
});

const readOnly = { method: 'POST', path: '/api/echo/v1/echo_dbs/__validate', token: tokens.operator } as const;
const wanted = {
  source_host_id: 'sqlprod1',
  destinations: [{ host_id: 'sqldev1', db_id: '7', db_name: 'orders_test' }],
};

describe('reads JSON whatever its label says', () => {
  it.each([
    ['none', {}],
    ['curl', { 'Content-Type': 'application/x-www-form-urlencoded' }],
    ['text', { 'content-type': 'text/plain' }],
    ['a charset', { 'content-type': 'application/json; charset=utf-16' }],
    ['nonsense', { 'content-type': ';;;' }],
  ])('%s', async (_, headers) => {
    expect((await bed.send({ ...readOnly, body: wanted, headers })).body).toEqual({ valid: true, issues: [] });
  });

  it('as base64', async () => {
    const text = JSON.stringify({ ...wanted, destinations: [{ ...wanted.destinations[0], db_name: 'Bücher 中' }] });
    expect((await bed.send({ ...readOnly, body: text, base64: true })).body).toEqual({ valid: true, issues: [] });
  });

  it.each([
    ['as text', '\uFEFF', {}],
    ['as base64', '\uFEFF', { base64: true }],
    ['before blanks', '\uFEFF\r\n ', {}],
  ])('with a byte order mark, %s', async (_, mark, more) => {
    const body = `${mark}${JSON.stringify(wanted)}`;
    expect((await bed.send({ ...readOnly, ...more, body })).body).toEqual({ valid: true, issues: [] });
  });

  it('with blanks around it', async () => {
    expect((await bed.send({ ...readOnly, body: `\r\n ${JSON.stringify(wanted)} \n` })).status).toBe(200);
  });
});

describe('takes null for absent, as older clients send it', () => {
  const fieldsWhere = (body: unknown, isWanted: (field: z.core.$ZodType) => boolean): readonly string[] =>
    body instanceof z.ZodMiniObject
      ? Object.entries(body.def.shape).flatMap(([name, field]) => (isWanted(field) ? [name] : []))
      : [];
  const isOptional = (field: z.core.$ZodType): boolean => z.safeParse(field, undefined).success;

  it.each(jsonCalls)('in every optional field: $name', async ({ route, request }) => {
    const fresh = await apiBed(await newTable());
    await givenSite(fresh);
    const nulls = Object.fromEntries(fieldsWhere(route.request.body, isOptional).map((field) => [field, null]));
    const body = { ...nulls, ...Object(request.body) };
    const answer = await fresh.send({ ...request, token: tokenFor(route), body });
    expect(answer.status).toBe(request.path.endsWith('/__validate') ? 200 : route.successStatus);
  });

  it.each(jsonCalls)('and names a required field: $name', async ({ route, request }) => {
    for (const field of fieldsWhere(route.request.body, (one) => !isOptional(one))) {
      const body = { ...Object(request.body), [field]: null };
      const answer = await unchanged(bed, { ...request, token: tokenFor(route), body });
      expect(answer.status).toBe(422);
      expect(fieldsOf(answer)).toEqual([`body.${field}`]);
    }
  });

  it('and no field of a request means something by it', () => {
    const meaning = jsonCalls.flatMap(({ route }) =>
      fieldsWhere(route.request.body, (field) => z.safeParse(field, null).success),
    );
    expect(meaning).toEqual([]);
  });

  it('in the objects of a list too', async () => {
    const [destination] = wanted.destinations;
    const withNull = { ...wanted, destinations: [{ ...destination, target: null, db_name: null }] };
    const answer = await unchanged(bed, { ...readOnly, body: withNull });
    expect(fieldsOf(answer)).toEqual(['body.destinations.0.db_name']);
  });

  it('and not for what a list may lack', async () => {
    expect(fieldsOf(await unchanged(bed, { ...readOnly, body: { ...wanted, destinations: [null] } }))).toEqual([
      'body.destinations.0',
    ]);
  });

  it('with the defaults in its place', async () => {
    const fresh = await apiBed(await newTable());
    await givenSite(fresh);
    const left = ['name_prefix', 'consistency_level', 'target_state', 'force_vss_usage', 'use_vss'];
    const body = { ...wanted, ...Object.fromEntries(left.map((field) => [field, null])) };
    const answer = await fresh.send({ ...readOnly, path: '/api/echo/v1/echo_dbs', body });
    expect((await fresh.store.getTask(taskOf(answer).request_id))?.plan).toMatchObject({
      namePrefix: 'snap',
      consistencyLevel: 'application',
      targetState: 'online',
      forceVss: false,
    });
  });
});

it('ignores unknown fields, also those named like prototypes', async () => {
  const stray = `{"__proto__":{"target_state":"none","admin":true},"constructor":{"prototype":{"a":1}},"toString":1,${JSON.stringify(wanted).slice(1)}`;
  expect((await bed.send({ ...readOnly, body: stray })).body).toEqual({ valid: true, issues: [] });
  expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
});

it('takes a required field from the body only, not from its prototype', async () => {
  const answer = await unchanged(bed, { ...readOnly, body: `{"__proto__":${JSON.stringify(wanted)}}` });
  expect(fieldsOf(answer)).toEqual(expect.arrayContaining(['body.source_host_id', 'body.destinations']));
});

describe('over 256 kB', () => {
  const padded = (bytes: number): string => {
    const text = JSON.stringify({ ...wanted, padding: '' });
    return JSON.stringify({ ...wanted, padding: 'x'.repeat(bytes - text.length) });
  };

  it('is read up to the limit', async () => {
    expect((await bed.send({ ...readOnly, body: padded(256 * 1024) })).status).toBe(200);
  });

  it.each([
    ['as text', padded(256 * 1024 + 1), false],
    ['as base64', padded(256 * 1024 + 1), true],
    ['counted in bytes, not characters', JSON.stringify({ ...wanted, padding: '中'.repeat(100_000) }), false],
  ])('is 422 %s', async (_, body, base64) => {
    const answer = await unchanged(bed, { ...readOnly, body, base64 });
    expect(answer.status).toBe(422);
    expect(fieldsOf(answer)).toEqual(['body']);
  });

  it('is 422 also where no body is read', async () => {
    const answer = await unchanged(bed, {
      method: 'GET',
      path: '/api/v1/hosts',
      token: tokens.viewer,
      body: 'x'.repeat(300_000),
    });
    expect(answer.status).toBe(422);
  });
});

it('does not read a body before it knows who asks', async () => {
  expect((await unchanged(bed, { ...readOnly, token: 'unknown', body: '{' })).status).toBe(403);
});
