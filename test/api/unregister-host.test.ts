import { beforeEach, expect, it } from 'vitest';
import { apiBed, type ApiBed, tokens } from './api-bed.ts';
import { callingHost, refusedCallers } from './callers.ts';
import { givenClone, givenHost, hostToken } from './given.ts';
import { useDatabase } from './test-database.ts';
import { fieldsOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
});

const remove = (hostId: string, token: string = tokens.admin) =>
  ({ method: 'DELETE', path: `/api/v1/hosts/${hostId}`, token }) as const;

it('answers 204 and takes host and token away', async () => {
  await givenHost(bed, 'sqlprod1');
  const answer = await bed.send(remove('sqlprod1'));
  expect(answer).toMatchObject({ status: 204, text: '' });
  expect((await bed.send({ method: 'GET', path: '/api/v1/hosts/sqlprod1', token: tokens.viewer })).status).toBe(404);
  expect((await bed.send({ method: 'GET', path: '/api/v1/hosts', token: hostToken('sqlprod1') })).body).toEqual({
    detail: 'Not authenticated',
  });
});

it('answers 204 when it was not there, and changes nothing', async () => {
  expect(await unchanged(bed, remove('sqlprod1'))).toMatchObject({ status: 204, text: '' });
});

it('keeps lineage and snapshots of the host id', async () => {
  await givenHost(bed, 'sqlprod1');
  await givenHost(bed, 'sqldev1');
  await givenClone(bed);
  await bed.send(remove('sqldev1'));
  await bed.send(remove('sqlprod1'));
  expect(await bed.store.listClones()).toHaveLength(1);
  expect(
    (await bed.send({ method: 'GET', path: '/api/echo/v1/db_snapshots', token: tokens.viewer })).body,
  ).toMatchObject([{ id: 'snap_1767000100', host_id: 'sqlprod1' }]);
});

it('shows a clone with its lineage again once the host is registered anew', async () => {
  await givenHost(bed, 'sqldev1');
  await givenClone(bed, { database: false });
  await bed.send(remove('sqldev1'));
  bed.clock.advanceSeconds(1);
  await bed.send({ method: 'PUT', path: '/api/v1/hosts/sqldev1', token: tokens.admin });
  expect(await bed.store.getClone('sqldev1', '5')).toMatchObject({
    sourceHostId: 'sqlprod1',
    snapshotId: 'snap_1767000100',
  });
});

it('hands the queue of the registration to the sweeper', async () => {
  await givenHost(bed, 'sqlprod1', { queueUrl: 'https://queues.example/sqlprod1-1' });
  await bed.send(remove('sqlprod1'));
  expect(await bed.store.listRetiredQueues()).toEqual(['https://queues.example/sqlprod1-1']);
});

it('leaves an audit entry', async () => {
  await givenHost(bed, 'sqlprod1');
  await bed.send(remove('sqlprod1'));
  expect(await bed.table.rows()).toContainEqual(
    expect.objectContaining({ operation: 'unregister-host', principal: 'user:admin', subject: 'sqlprod1' }),
  );
});

it('refuses a host id that cannot be one', async () => {
  const answer = await unchanged(bed, remove('a'));
  expect(answer.status).toBe(422);
  expect(fieldsOf(answer)).toEqual(expect.arrayContaining(['path.host_id']));
});

it.each(refusedCallers('admin'))('refuses $caller', async ({ token }) => {
  await givenHost(bed, callingHost);
  expect((await unchanged(bed, remove(callingHost, token))).status).toBe(403);
});
