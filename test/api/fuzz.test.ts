/** Whatever is sent: never a 5xx, and what is refused writes nothing. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiBed, type ApiBed, tokens } from './api-bed.ts';
import { callingHost } from './callers.ts';
import type { TestRequest } from './gateway-event.ts';
import { hostToken } from './given.ts';
import { givenSite, routeCalls, tokenFor } from './route-calls.ts';
import { useDatabase } from './test-database.ts';

const newTable = useDatabase();
const run = { seed: 20261120, numRuns: 60, endOnFailure: true } as const;
let bed: ApiBed;
beforeAll(async () => {
  bed = await apiBed(await newTable());
  await givenSite(bed);
});

const bodyCalls = routeCalls.filter(({ route }) => route.request.body !== undefined || route.bodyFormat === 'form');

/** Replaces one value anywhere in a good body, or takes it away. */
function spoiled(good: unknown): fc.Arbitrary<unknown> {
  if (typeof good !== 'object' || good === null) return wrong;
  const keys = Object.keys(good);
  if (keys.length === 0) return wrong;
  return fc.constantFrom(...keys).chain((key) => {
    const value: unknown = Reflect.get(good, key);
    return fc
      .oneof(wrong, spoiled(value))
      .map((other) =>
        Array.isArray(good) ? good.map((one, at) => (String(at) === key ? other : one)) : { ...good, [key]: other },
      );
  });
}

/** Nothing here is a value that any field takes, but null, which is none: no text that could be a name, no list that could be empty on purpose. */
const wrong: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(null, -1, 1.5, 2 ** 60, Number.MAX_VALUE, '', [], [[]], [null], 'x'.repeat(3000)),
  fc.double({ noInteger: true, noNaN: true, noDefaultInfinity: true }),
  fc.array(fc.anything({ maxDepth: 2 }), { minLength: 1, maxLength: 3 }).map((list) => list.map(() => null)),
);

const reads: readonly string[] = ['GetItem', 'BatchGetItem', 'Query'];

/** A refused call does not even try to write; a conflict may be found by the one transaction that then writes nothing. */
async function sendAndWatch(request: TestRequest): Promise<number> {
  bed.table.forgetCalls();
  const answer = await bed.send(request);
  expect(answer.status).toBeLessThan(500);
  if (answer.status >= 400) {
    expect(answer.body).toHaveProperty('detail');
    const harmless = answer.status === 409 ? [...reads, 'TransactWriteItems'] : reads;
    expect(bed.table.calls().filter((call) => !harmless.includes(call))).toEqual([]);
  }
  return answer.status;
}

describe.each(bodyCalls)('$name', ({ route, request }) => {
  it('takes any text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.json()),
        fc.boolean(),
        async (body, base64) => {
          await sendAndWatch({
            ...request,
            token: tokenFor(route),
            body,
            base64,
            headers: { 'hs-ref-id': body.slice(0, 80) },
          });
        },
      ),
      run,
    );
  });

  it('takes a good body with one thing wrong in it', async () => {
    await fc.assert(
      fc.asyncProperty(spoiled(request.body), async (body) => {
        await sendAndWatch({ ...request, token: tokenFor(route), body });
      }),
      run,
    );
  });
});

it('takes any path', async () => {
  const before = await bed.table.rows();
  const segment = fc.oneof(
    fc.webSegment(),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom('..', '%00', '%2e%2e', '__proto__', '{host_id}', 'x'.repeat(2000)),
  );
  const prefix = fc.constantFrom(
    '/api/v1/hosts',
    '/api/echo/v1/tasks',
    '/api/echo/v1/db_snapshots',
    '/api/echo/v1/sdps',
    '/api/agent/v1/commands',
    '/api/v1',
    '',
  );
  const method = fc.constantFrom('GET', 'POST', 'DELETE' as const);
  await fc.assert(
    fc.asyncProperty(
      method,
      prefix,
      fc.array(segment, { maxLength: 3 }),
      fc.boolean(),
      async (verb, start, segments, asHost) => {
        const token = asHost ? hostToken(callingHost) : tokens.operator;
        const status = await sendAndWatch({ method: verb, path: [start, ...segments].join('/') || '/', token });
        expect(status).not.toBe(500);
      },
    ),
    { ...run, numRuns: 300 },
  );
  expect(await bed.table.rows()).toEqual(before);
});

it('takes any token', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 600 }), async (authorization) => {
      expect(await sendAndWatch({ method: 'GET', path: '/api/v1/hosts', headers: { authorization } })).toBe(403);
    }),
    run,
  );
});
