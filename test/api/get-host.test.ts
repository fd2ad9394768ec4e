import { beforeEach, expect, it } from 'vitest';
import { apiBed, type ApiBed, startSeconds, tokens } from './api-bed.ts';
import { allowedCallers } from './callers.ts';
import { givenHost } from './given.ts';
import { useDatabase } from './test-database.ts';
import { bodyOf, detailOf, fieldsOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
  await givenHost(bed, 'sqlprod1', { dbEngineVersion: '16.0.1000.6', hostIqn: 'iqn.1991-05.com.microsoft:sqlprod1' });
});

const get = (hostId: string, token: string = tokens.viewer) =>
  ({ method: 'GET', path: `/api/v1/hosts/${hostId}`, token }) as const;

it('shows the fields of the contract and nothing of the token', async () => {
  const answer = await unchanged(bed, get('sqlprod1'));
  expect(answer.status).toBe(200);
  expect(bodyOf('get-host', answer)).toEqual({
    host_id: 'sqlprod1',
    db_vendor: 'mssql',
    last_seen_ts: startSeconds - 10,
    host_name: '',
    host_iqn: 'iqn.1991-05.com.microsoft:sqlprod1',
    host_os: '',
    host_os_version: '',
    agent_version: '',
    cloud_vendor: 'UNKNOWN',
    is_connected: true,
    db_engine_version: '16.0.1000.6',
  });
});

it('is 404 for a host that is not registered', async () => {
  const answer = await unchanged(bed, get('sqlprod2'));
  expect(answer.status).toBe(404);
  expect(detailOf(answer)).toBe("Host 'sqlprod2' not found");
});

it.each(['ab', '1abc', 'abc-', 'a.b.c', 'x'.repeat(33), 'a%2Fbc', '__proto__'])(
  'is 422 for the host id %s',
  async (hostId) => {
    const answer = await unchanged(bed, get(hostId));
    expect(answer.status).toBe(422);
    expect(fieldsOf(answer)).toContain('path.host_id');
  },
);

it('keeps the case of host ids apart', async () => {
  expect((await bed.send(get('SQLPROD1'))).status).toBe(404);
});

it.each(allowedCallers('viewer'))('may be called by $caller', async ({ token }) => {
  expect((await bed.send(get('sqlprod1', token))).status).toBe(200);
});
