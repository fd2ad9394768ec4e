/** Whatever is sent to the array's endpoints: never a 5xx, and an object that was answered is there until it is removed. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FieldDefinition, ResourceDefinition } from '../../../local/array/resources/definition.ts';
import { RESOURCES } from '../../../local/array/resources/table.ts';
import { startedArray, type StartedArray } from './started-array.ts';

const SEED = 20261121;
const CALLS = 3000;

let array: StartedArray;
/** Paths of the objects that the array has answered to a POST and not to have removed, such as `/volumes/8`. */
const alive = new Set<string>();
const refusedWith = new Map<number, number>();

beforeAll(async () => {
  array = await startedArray();
});
afterAll(async () => {
  await array.stop();
});

const odd = fc.oneof(
  fc.constantFrom(null, true, false, 0, -1, 1.5, 2 ** 53, -(2 ** 60), Number.MAX_VALUE, '', ' ', '0', '-1', '1e99'),
  fc.constantFrom<unknown>([], {}, [[]], { ref: null }, { ref: '' }, { ref: '/' }, { ref: '/volumes/x' }, { ref: {} }),
  fc.constantFrom('x'.repeat(5000), '\u0000', '../../etc', 'a:b', '__proto__', '/volumes/1', '%', '\ud800'),
  fc.anything({ maxDepth: 2 }),
);

const oddId = fc.constantFrom(
  '0',
  '-1',
  '1.5',
  'abc',
  '99999999999999999999',
  '%00',
  '..',
  'null',
  '__bulk',
  '1/1',
  ' ',
);
const oddText = fc.oneof(
  fc.constantFrom('', '1', 'true', 'NaN', '(', '(a+)+$', '[', '\\', '/volumes/2', '1,2,,x', 'null', '%', '-5', '1e400'),
  fc.string({ maxLength: 60 }),
);

const collections = fc.constantFrom(...RESOURCES);
const writable = fc.constantFrom(...RESOURCES.filter(({ verbs }) => verbs.includes('POST')));

/** A ref is drawn as a number, and stands for one of the objects that are there when the call is made. */
interface Pick {
  readonly pick: number;
  readonly to: readonly string[];
}
const isPick = (value: unknown): value is Pick => typeof value === 'object' && value !== null && 'pick' in value;

/** Texts of fields that take only some. */
const TEXTS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  iqn: fc.nat(30).map((number) => `iqn.2026-01.fuzz:${number}`),
  nqn: fc.nat(30).map((number) => `nqn.2026-01.fuzz:${number}`),
  pwwn: fc.nat(30).map((number) => `50002ac0${String(number).padStart(8, '0')}`),
  type: fc.constantFrom('CHAP', 'Linux'),
  time_criteria: fc.nat(59).map((minutes) => `${minutes}m:01h:00d`),
  state: fc.constantFrom('in_sync', 'suspended', 'idle', 'failed_over'),
};

function plausible(name: string, field: FieldDefinition): fc.Arbitrary<unknown> {
  switch (field.kind) {
    case 'ref':
      return fc.record({ pick: fc.nat(1000), to: fc.constant(field.to ?? []) });
    case 'bool':
      return fc.oneof(fc.boolean(), fc.constantFrom('true', 'False'));
    case 'str':
      if (/ip(_address)?$|mask$|gateway/.test(name)) return fc.nat(250).map((last) => `10.0.0.${last}`);
      return TEXTS[name] ?? fc.nat(200).map((number) => `n${number}`);
    case 'int':
    case 'num': {
      const least = field.minimum ?? 0;
      const number = fc.integer({ min: least, max: Math.min(field.maximum ?? Infinity, least + 4096) });
      return fc.oneof(number, number.map(String));
    }
  }
}

/** Many optional fields rule each other out. */
const seldom = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });

/** Mostly what the collection takes, with something odd in a sixth of the bodies. */
const bodyFor = (definition: ResourceDefinition): fc.Arbitrary<Record<string, unknown>> => {
  const taken = Object.entries(definition.fields).filter(([, field]) => field.onCreate !== undefined || field.onPatch);
  const good = Object.fromEntries(
    taken.map(([name, field]) => {
      const value = plausible(name, field);
      return [name, field.onCreate === 'required' ? value : seldom(value)];
    }),
  );
  const spoilt = fc.tuple(fc.constantFrom(...taken.map(([name]) => name), 'id', 'nothing', '__proto__'), odd);
  return fc
    .tuple(fc.record(good), seldom(spoilt))
    .map(([body, change]) => (change === undefined ? body : { ...body, [change[0]]: change[1] }));
};

const operator = fc.constantFrom('', '.ref', '__in', '.ref__in', '__regexp', '__gt', '__contains', '__nope', '__m_eq');
const query = (definition: ResourceDefinition): fc.Arbitrary<string> =>
  fc
    .array(
      fc.oneof(
        fc
          .tuple(fc.constantFrom(...Object.keys(definition.fields), 'id', 'nothing', 'constructor'), operator, oddText)
          .map(([field, suffix, text]) => [`${field}${suffix}`, text] as const),
        fc.tuple(fc.constantFrom('__limit', '__offset', '__sort', '__sort_order', '__fields', '__datapoints'), oddText),
      ),
      { maxLength: 3 },
    )
    .map((pairs) => new URLSearchParams(pairs.map(([key, text]): [string, string] => [key, text])).toString());

interface Attempt {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Where to: a collection, one of the objects that are there, or what is written in the path. */
  readonly at: { readonly collection: string; readonly pick?: number; readonly id?: string };
  readonly query: string;
  readonly body: unknown;
}

const attempt: fc.Arbitrary<Attempt> = fc.oneof(
  { weight: 6, arbitrary: writable.chain((one) => bodyFor(one).map((body) => toCollection('POST', one, '', body))) },
  { weight: 3, arbitrary: collections.chain((one) => query(one).map((text) => toCollection('GET', one, text))) },
  {
    weight: 3,
    arbitrary: collections.chain((one) =>
      fc
        .tuple(fc.constantFrom<'GET' | 'PATCH'>('GET', 'PATCH'), fc.nat(1000), query(one), bodyFor(one))
        .map(([method, pick, text, body]) => ({
          method,
          at: { collection: one.collection, pick },
          query: text,
          body: method === 'GET' ? undefined : body,
        })),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(writable, fc.nat(1000)).map(([{ collection }, pick]) => ({
      method: 'DELETE' as const,
      at: { collection, pick },
      query: '',
      body: undefined,
    })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom<Attempt['method']>('GET', 'POST', 'PATCH', 'DELETE'), collections, oddId, odd)
      .map(([method, { collection }, id, body]) => ({ method, at: { collection, id }, query: '', body })),
  },
);

function toCollection(method: 'GET' | 'POST', one: ResourceDefinition, text: string, body?: unknown): Attempt {
  return { method, at: { collection: one.collection }, query: text, body };
}

const living = (collection: string): string[] => [...alive].filter((path) => path.startsWith(`/${collection}/`));
const picked = (paths: readonly string[], pick: number): string | undefined => paths[pick % Math.max(1, paths.length)];

function pathOf({ collection, pick, id }: Attempt['at']): string {
  if (id !== undefined) return `/${collection}/${id}`;
  return pick === undefined ? `/${collection}` : (picked(living(collection), pick) ?? `/${collection}/1`);
}

const withRefs = (body: unknown): unknown =>
  typeof body !== 'object' || body === null || Array.isArray(body)
    ? body
    : Object.fromEntries(
        Object.entries(body).map(([name, value]) => [
          name,
          isPick(value) ? { ref: picked(value.to.flatMap(living), value.pick) ?? `/${value.to[0] ?? ''}/1` } : value,
        ]),
      );

/** What goes with an object by the array's own rules, so that its absence is no loss. */
async function belongingTo(path: string): Promise<string[]> {
  const [, collection = ''] = /^\/(.+)\/\d+$/.exec(path) ?? [];
  const owns = RESOURCES.find((one) => one.collection === collection)?.owns ?? [];
  const lists = await Promise.all(
    owns.map(async (owned) => {
      const { body } = await array.call('GET', `/${owned.collection}?${owned.index}=${path}&__limit=9999`);
      return body.hits.map(({ id }: { id: number }) => `/${owned.collection}/${id}`);
    }),
  );
  return lists.flat();
}

async function make(sent: Attempt): Promise<void> {
  const path = pathOf(sent.at);
  const belonging = sent.method === 'DELETE' ? await belongingTo(path) : [];
  const body = withRefs(sent.body);
  const { status, body: answer } = await array.call(
    sent.method,
    sent.query === '' ? path : `${path}?${sent.query}`,
    body,
  );
  const said = `${sent.method} ${path}?${sent.query} ${JSON.stringify(body)} → ${status} ${JSON.stringify(answer)}`;
  expect(status, said).toBeLessThan(500);
  if (status >= 400) {
    expect(answer.error_msg, said).toEqual(expect.any(String));
    refusedWith.set(status, (refusedWith.get(status) ?? 0) + 1);
  } else if (sent.method === 'POST') {
    alive.add(`${path}/${answer.id}`);
  } else if (sent.method === 'DELETE') {
    for (const gone of [path, ...belonging]) alive.delete(gone);
  }
}

it(
  `answers ${CALLS} calls with odd types, ids, names and filters, and loses nothing`,
  { timeout: 120_000 },
  async () => {
    for (const sent of fc.sample(attempt, { seed: SEED, numRuns: CALLS })) await make(sent);
    const collectionsMade = new Set([...alive].map((path) => path.replace(/\/\d+$/, '')));
    // The run is worth something only when much of it was accepted.
    expect(alive.size).toBeGreaterThan(100);
    expect(collectionsMade.size).toBeGreaterThan(8);
    expect([...refusedWith.keys()].sort()).toEqual(expect.arrayContaining([400, 404, 405]));
    for (const path of alive) expect((await array.call('GET', path)).status, path).toBe(200);
    const restarted = await array.restart();
    array = restarted;
    for (const path of alive) expect((await array.call('GET', path)).status, `${path} after a restart`).toBe(200);
  },
);
