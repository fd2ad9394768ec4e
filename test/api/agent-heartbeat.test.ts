import { beforeEach, describe, expect, it } from 'vitest';
import { apiBed, type ApiBed, startSeconds, tokens } from './api-bed.ts';
import { callingHost, refusedCallers } from './callers.ts';
import { givenHost, hostToken } from './given.ts';
import { useDatabase } from './test-database.ts';
import { bodyOf, fieldsOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
  await givenHost(bed, callingHost, { connected: false, generation: 42 });
});

const facts = {
  host_name: 'SQLPROD1',
  host_iqn: 'iqn.1991-05.com.microsoft:sqlprod1',
  host_os: 'Windows',
  host_os_version: 'Windows Server 2022 Datacenter',
  agent_version: '1.1.8',
  cloud_vendor: 'AWS',
  db_engine_version: '16.0.1000.6',
};
const beat = (body: unknown, token: string = hostToken(callingHost)) =>
  ({ method: 'POST', path: '/api/agent/v1/heartbeat', token, body }) as const;

it('tells the generation, and the host is connected with its facts', async () => {
  const answer = await bed.send(beat(facts));
  expect(answer.status).toBe(200);
  expect(bodyOf('agent-heartbeat', answer)).toEqual({ generation: 42 });
  const shown = await bed.send({ method: 'GET', path: `/api/v1/hosts/${callingHost}`, token: tokens.viewer });
  expect(shown.body).toMatchObject({ ...facts, last_seen_ts: startSeconds, is_connected: true });
});

it.each([
  ['says', { has_vss_provider: true }, true],
  ['does not say', {}, false],
])('whose agent %s that it has a VSS provider', async (_, more, hasVssProvider) => {
  await bed.send(beat({ ...facts, ...more }));
  expect(await bed.store.getHost(callingHost)).toMatchObject({ hasVssProvider });
});

it('speaks for its own host only', async () => {
  await givenHost(bed, 'sqldev1', { connected: false });
  await bed.send(beat({ ...facts, host_id: 'sqldev1' }));
  expect(await bed.store.getHost('sqldev1')).toMatchObject({ lastSeenSeconds: 0, hostName: '' });
});

it('of a registration that ended changes nothing', async () => {
  await bed.send({ method: 'DELETE', path: `/api/v1/hosts/${callingHost}`, token: tokens.admin });
  expect((await unchanged(bed, beat(facts))).body).toEqual({ detail: 'Not authenticated' });
});

it('whose host goes between token and row is answered like a revoked token', async () => {
  const racing = await apiBed(bed.table, {
    wrapStore: (store) => ({ ...store, getHost: () => Promise.resolve(undefined) }),
  });
  const answer = await unchanged(racing, beat(facts));
  expect(answer).toMatchObject({ status: 403, body: { detail: 'Not authenticated' } });
});

describe('bad input changes nothing', () => {
  it.each([
    ['no body', undefined, 'body.host_name'],
    ['a cloud nobody knows', { ...facts, cloud_vendor: 'aws' }, 'body.cloud_vendor'],
    ['a number for a text', { ...facts, agent_version: 1 }, 'body.agent_version'],
    ['null for a text', { ...facts, host_iqn: null }, 'body.host_iqn'],
  ])('%s', async (_, body, field) => {
    const answer = await unchanged(bed, beat(body));
    expect(answer.status).toBe(422);
    expect(fieldsOf(answer)).toContain(field);
  });

  it.each(refusedCallers('host'))('$caller', async ({ token }) => {
    expect((await unchanged(bed, beat(facts, token))).status).toBe(403);
  });
});
