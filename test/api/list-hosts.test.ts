import { beforeEach, expect, it } from 'vitest';
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

const list = (token: string) => ({ method: 'GET', path: '/api/v1/hosts', token }) as const;

it('answers 204 without a body when there are none', async () => {
  const answer = await unchanged(bed, list(tokens.viewer));
  expect(answer).toMatchObject({ status: 204, text: '' });
  expect(answer.headers).not.toHaveProperty('content-type');
});

it('lists every host, without its token', async () => {
  await givenHost(bed, 'sqlprod1', {
    hostName: 'SQLPROD1',
    hostOs: 'Windows',
    agentVersion: '1.1.8',
    cloudVendor: 'AWS',
  });
  await givenHost(bed, 'sqldev1', { connected: false, vendor: 'postgres' });
  const answer = await unchanged(bed, list(tokens.viewer));
  expect(answer.status).toBe(200);
  expect(bodyOf('list-hosts', answer)).toEqual([
    expect.objectContaining({
      host_id: 'sqldev1',
      db_vendor: 'postgres',
      last_seen_ts: 0,
      is_connected: false,
      cloud_vendor: 'UNKNOWN',
    }),
    expect.objectContaining({
      host_id: 'sqlprod1',
      db_vendor: 'mssql',
      host_name: 'SQLPROD1',
      is_connected: true,
      cloud_vendor: 'AWS',
    }),
  ]);
  expect(answer.text).not.toContain('oken');
});

it('takes a heartbeat of 90 seconds ago for silence', async () => {
  await givenHost(bed, 'sqlprod1');
  bed.clock.advanceSeconds(79);
  expect((await bed.send(list(tokens.viewer))).body).toMatchObject([{ is_connected: true }]);
  bed.clock.advanceSeconds(1);
  expect((await bed.send(list(tokens.viewer))).body).toMatchObject([{ is_connected: false }]);
});

it.each(allowedCallers('viewer'))('may be called by $caller', async ({ token }) => {
  await givenHost(bed, callingHost);
  expect((await bed.send(list(token))).status).toBe(200);
});
