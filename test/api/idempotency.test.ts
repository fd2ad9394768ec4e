/** `Idempotency-Key` at every route that changes something: carried out once, whatever dies. docs/adr/0013. */
import { beforeEach, describe, expect, it } from 'vitest';
import { routeTable } from '../../functions/api/route-table.ts';
import { resolveEnvironment } from '../../infra/environments.ts';
import { apiGrants } from '../../infra/grants/api.ts';
import { claimSeconds, keyLifeSeconds } from '../../shared/domain/call-record.ts';
import { takesIdempotencyKey } from '../../shared/http/call-payload.ts';
import { userToken } from '../../shared/http/authentication.ts';
import type { Store } from '../../shared/ports/store.ts';
import { apiBed, type ApiBed, endpoints, tokens } from './api-bed.ts';
import { hostToken } from './given.ts';
import {
  callRecords,
  type Death,
  isReplay,
  keyedCalls,
  mortalStore,
  otherPayloadOf,
  sendWithKey,
  withoutEffect,
} from './repeated-calls.ts';
import { givenSite, type RouteCall, routeCalls, tokenFor } from './route-calls.ts';
import { useDatabase } from './test-database.ts';
import { detailOf, fieldsOf, taskOf } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
let death: Death;
beforeEach(async () => {
  death = 'never';
  bed = await apiBed(await newTable(), { wrapStore: mortalStore(() => death) });
  await givenSite(bed);
});

const clone = keyedCalls.find(({ route }) => route.operation === 'create-clone');
if (clone === undefined) throw new Error('there is no create-clone');
const createClone: RouteCall = clone;

describe('the route table', () => {
  it('takes a key wherever something is changed, but at the login', () => {
    const without = routeTable.filter((route) => !takesIdempotencyKey(route));
    expect(without.filter(({ method }) => method !== 'GET').map(({ operation }) => operation)).toEqual(['login']);
    expect(without.filter(({ method, task }) => method === 'GET' && task !== null)).toEqual([]);
    expect(keyedCalls.map(({ route }) => route)).toEqual(routeTable.filter(takesIdempotencyKey));
  });

  it('says for every task how a repeat is answered, and has none with a secret', () => {
    const tasks = endpoints.filter(({ route }) => route.task !== null);
    expect(tasks.filter(({ resume }) => resume === null).map(({ route }) => route.operation)).toEqual([]);
    expect(tasks.filter(({ route }) => route.secret !== null)).toEqual([]);
  });

  it('knows where secrets go', () => {
    const withSecret = (where: string) =>
      routeTable.filter(({ secret }) => secret === where).map(({ operation }) => operation);
    expect(withSecret('answer')).toEqual(['login', 'create-app-token', 'register-host', 'agent-queue-access']);
    expect(withSecret('request')).toEqual(['change-own-password', 'create-user', 'set-password']);
  });

  it('is served by functions that are over before a claim lapses', () => {
    expect(resolveEnvironment('local').functionTimeoutSeconds.api).toBeLessThan(claimSeconds);
  });

  it('is within what the functions are granted', () => {
    for (const { capability } of routeTable.filter(takesIdempotencyKey)) {
      expect(apiGrants[capability]?.table).toEqual(expect.arrayContaining(['GetItem', 'PutItem', 'UpdateItem']));
    }
  });
});

describe.each(keyedCalls)('$name', (call) => {
  const { route } = call;
  /** Where the effect and its note are not one transaction, acting again is harmless: what agents say. */
  const isNoted = route.audience !== 'host';

  it('is carried out once and answered again', async () => {
    const first = await sendWithKey(bed, call);
    expect(first.status).toBe(route.successStatus);
    expect(isReplay(first)).toBe(false);
    const second = await withoutEffect(bed, () => sendWithKey(bed, call));
    expect(bed.table.calls()).toEqual(['BatchGetItem', 'PutItem', 'GetItem']);
    if (route.secret === 'answer') {
      expect(second.status).toBe(409);
      expect(detailOf(second)).toContain('is not kept');
    } else {
      expect(second).toMatchObject({ status: first.status, text: first.text });
      expect(second.headers).toEqual({ ...first.headers, 'idempotency-replayed': 'true' });
    }
  });

  it('costs two calls to the table more than without a key', async () => {
    await sendWithKey(bed, call);
    const keyed = bed.table.calls().length;
    const plain = await apiBed(await newTable());
    await givenSite(plain);
    await plain.send({ ...call.request, token: tokenFor(route) });
    expect(keyed).toBe(plain.table.calls().length + 2);
  });

  it('refuses the key with another payload', async () => {
    const other = otherPayloadOf(call);
    if (other === null) {
      expect(Object.keys(route.request)).toEqual([]);
      return;
    }
    await sendWithKey(bed, call);
    const answer = await withoutEffect(bed, () => sendWithKey(bed, call, other));
    expect(answer.status).toBe(422);
    expect(fieldsOf(answer)).toEqual(['header.Idempotency-Key']);
  });

  it('is refused while it is being carried out', async () => {
    death = 'before the answer';
    await sendWithKey(bed, call);
    death = 'never';
    const answer = await withoutEffect(bed, () => sendWithKey(bed, call));
    expect(answer).toMatchObject({ status: 409, headers: { 'retry-after': String(claimSeconds) } });
    expect(detailOf(answer)).toContain('is being carried out');
    bed.clock.advanceSeconds(claimSeconds - 1);
    expect((await sendWithKey(bed, call)).headers).toMatchObject({ 'retry-after': '1' });
  });

  it('is carried out by the next one when its process died before', async () => {
    death = 'before the effect';
    expect((await withoutEffect(bed, () => sendWithKey(bed, call))).status).toBe(500);
    death = 'never';
    expect((await sendWithKey(bed, call)).status).toBe(409);
    bed.clock.advanceSeconds(claimSeconds);
    const answer = await sendWithKey(bed, call);
    expect(answer.status).toBe(route.successStatus);
    expect(isReplay(answer)).toBe(false);
  });

  it('is not carried out again when its process died after', async () => {
    death = 'before the answer';
    const first = await sendWithKey(bed, call);
    death = 'never';
    bed.clock.advanceSeconds(claimSeconds);
    if (!isNoted) {
      expect((await sendWithKey(bed, call)).status).toBe(route.successStatus);
      return;
    }
    const second = await withoutEffect(bed, () => sendWithKey(bed, call));
    const isKnown = route.task !== null || route.operation === 'cancel-task' || route.response === null;
    expect(second.status).toBe(isKnown ? first.status : 409);
    expect(isReplay(second)).toBe(isKnown);
    if (isKnown) expect(second.text).toBe(first.text);
    else expect(detailOf(second)).toContain('was carried out');
  });

  it('is another call for another principal', async () => {
    await sendWithKey(bed, call);
    const other = userToken('boss', 'bossToken00000000000000000000001');
    await bed.putUser({ name: 'boss', role: 'admin' });
    await bed.putToken(other, { kind: 'user', name: 'boss', role: 'admin', epoch: 0 });
    const token = route.audience === 'host' ? hostToken('sqldev1') : other;
    expect(isReplay(await sendWithKey(bed, call, { token }))).toBe(false);
    expect(await callRecords(bed)).toHaveLength(2);
  });

  it('is another call a day later, also where the row is still there', async () => {
    await sendWithKey(bed, call);
    const [before] = await callRecords(bed);
    bed.clock.advanceSeconds(keyLifeSeconds - 1);
    const last = await sendWithKey(bed, call);
    expect(isReplay(last) || detailOf(last).includes('is not kept')).toBe(true);
    bed.clock.advanceSeconds(1);
    expect(isReplay(await sendWithKey(bed, call))).toBe(false);
    const [after, ...more] = await callRecords(bed);
    expect(more).toEqual([]);
    expect(after?.['claimId']).not.toBe(before?.['claimId']);
  });

  it('is carried out for one of many at once', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => sendWithKey(bed, call)));
    const made = answers.filter((answer) => answer.status === route.successStatus && !isReplay(answer));
    expect(made).toHaveLength(1);
    const audits = (await bed.table.rows()).filter(
      ({ operation }) => operation === route.operation.replace(/^revoke-(user|named)-/, 'revoke-'),
    );
    expect(audits).toHaveLength(isNoted ? 1 : 0);
  });
});

describe('a secret', () => {
  it.each(keyedCalls.filter(({ route }) => route.secret === 'answer'))('is not kept of $name', async (call) => {
    const answer = await sendWithKey(bed, call);
    const secrets = [...answer.text.matchAll(/"(?:token|secret_access_key)":"([^"]+)"/g)].map(([, secret]) => secret);
    expect(secrets).toHaveLength(1);
    const rows = JSON.stringify(await callRecords(bed));
    for (const secret of secrets) expect(rows).not.toContain(secret?.split('.').at(-1));
  });

  it.each(keyedCalls.filter(({ route }) => route.secret === 'request'))('cannot be guessed at: $name', async (call) => {
    await sendWithKey(bed, call);
    const [record] = await callRecords(bed);
    expect(record?.['fingerprint']).toMatch(/^scrypt\$16384\$8\$1\$/);
    expect(JSON.stringify(record)).not.toMatch(/long|key-1/);
  });
});

describe('a key', () => {
  it.each([
    ['in quotes, as the draft has it', '"key-1"'],
    ['with blanks around it', '  key-1 '],
  ])('%s is the same', async (_, key) => {
    await sendWithKey(bed, createClone);
    expect(isReplay(await sendWithKey(bed, createClone, { headers: { 'Idempotency-Key': key } }))).toBe(true);
  });

  it.each([
    ['empty', ''],
    ['of quotes only', '""'],
    ['with an open quote', '"key'],
    ['with blanks inside', 'key 1'],
    ['with a backslash', 'a\\b'],
    ['with signs of no ASCII', 'schlüssel'],
    ['too long', 'x'.repeat(256)],
  ])('%s is 422, and nothing is done', async (_, key) => {
    const send = () => sendWithKey(bed, createClone, { headers: { 'Idempotency-Key': key } });
    const answer = await withoutEffect(bed, send);
    expect(answer.status).toBe(422);
    expect(fieldsOf(answer)).toEqual(['header.Idempotency-Key']);
    expect(await callRecords(bed)).toEqual([]);
  });

  it('of 255 characters is taken, and another one is another call', async () => {
    const key = 'x'.repeat(255);
    const first = await sendWithKey(bed, createClone, { headers: { 'Idempotency-Key': key } });
    const other = await sendWithKey(bed, createClone, { headers: { 'Idempotency-Key': `${key.slice(1)}y` } });
    expect([first.status, other.status]).toEqual([200, 409]);
  });

  it('means nothing to reads and twins', async () => {
    for (const { name, route, request } of routeCalls) {
      if (takesIdempotencyKey(route) && !name.endsWith('/__validate')) continue;
      if (route.audience === 'public') continue;
      await bed.send({ ...request, token: tokens.admin, headers: { 'Idempotency-Key': 'not a key' } });
    }
    expect(await callRecords(bed)).toEqual([]);
  });

  it('does not hold a refusal: what was refused may be asked again', async () => {
    const lock = createClone.request.body;
    await bed.send({ ...createClone.request, token: tokens.operator, body: lock });
    const refused = await sendWithKey(bed, createClone);
    expect(refused.status).toBe(409);
    const again = await sendWithKey(bed, createClone);
    expect(again.text).toBe(refused.text);
    expect(isReplay(again)).toBe(false);
  });

  it('is carried out when the claim was written and the answer about it was lost', async () => {
    const wrapStore = (store: Store): Store => ({
      ...store,
      claimCall: async (claim) => !(await store.claimCall(claim)),
    });
    bed = await apiBed(await newTable(), { wrapStore });
    await givenSite(bed);
    const answer = await sendWithKey(bed, createClone);
    expect({ status: answer.status, isReplay: isReplay(answer) }).toEqual({ status: 200, isReplay: false });
    expect(bed.flows.started).toHaveLength(1);
  });

  it('takes blanks, unknown fields and their order for no difference', async () => {
    const first = await sendWithKey(bed, createClone);
    const body = JSON.stringify({ stray: 1, ...Object(createClone.request.body) }, null, 4);
    expect((await sendWithKey(bed, createClone, { body })).text).toBe(first.text);
  });

  it('follows the same deletion when the first call did not see its end', async () => {
    const remove = keyedCalls.find(({ route }) => route.operation === 'delete-snapshot');
    if (remove === undefined) throw new Error('there is no delete-snapshot');
    bed.flows.onStart = () => Promise.resolve();
    expect((await sendWithKey(bed, remove)).status).toBe(503);
    const requestId = bed.flows.started[0]?.input.request_id ?? '';
    await bed.store.finishTask(requestId, 'done', { error: '', result: null }, 5);
    const again = await sendWithKey(bed, remove);
    expect({ status: again.status, isReplay: isReplay(again) }).toEqual({ status: 204, isReplay: true });
    expect(bed.flows.started).toHaveLength(1);
  });

  it('finds the task again that was recorded and not started', async () => {
    bed.flows.onStart = () => Promise.reject(new Error('no state machine answers'));
    expect((await sendWithKey(bed, createClone)).status).toBe(500);
    bed.flows.onStart = () => Promise.resolve();
    const task = taskOf(await sendWithKey(bed, createClone));
    expect((await bed.store.getTask(task.request_id))?.state).toBe('queued');
  });
});
