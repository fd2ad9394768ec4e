import { beforeEach, describe, expect, it } from 'vitest';
import { arrayUnavailable, DomainError } from '../../shared/domain/errors.ts';
import { aMemoryArray } from '../builders/arrays.ts';
import { apiBed, type ApiBed, tokens } from './api-bed.ts';
import { callingHost, refusedCallers } from './callers.ts';
import { arrayUrl, givenArray, givenDatabase, givenHost, hostToken } from './given.ts';
import { useDatabase } from './test-database.ts';
import { fieldsOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
  await givenHost(bed, callingHost);
  bed.sdp.addVolumeGroup('prod-vg', [{ name: 'prod-d', serial: '1344090006', sizeMib: 1024 }]);
});

const reported = (id: string, name: string, more: Readonly<Record<string, unknown>> = {}) => ({
  id,
  name,
  vendor: 'mssql',
  status: 'ONLINE',
  files: [{ name, file_id: 1, kind: 'data', path: `G:\\${name}.mdf`, size_mb: 512, backup_status: 'ACTIVE' }],
  mount_points: [{ kind: 'disk', path: 'G:\\', serial: '1344090006' }],
  ...more,
});
const report = (sequence: number, databases: readonly unknown[], chunk = 0, chunks = 1) => ({
  sequence,
  chunk,
  chunks,
  databases,
});
const post = (body: unknown, token: string = hostToken(callingHost)) =>
  ({ method: 'POST', path: '/api/agent/v1/inventory', token, body }) as const;
const names = async () => (await bed.store.listDatabases(callingHost)).map((database) => database.name);
const version = async () => (await bed.store.getHost(callingHost))?.databasesVersion;

it('takes the databases over, with where their disks lie on the array', async () => {
  expect(await bed.send(post(report(1, [reported('5', 'orders')])))).toMatchObject({ status: 204, text: '' });
  const topology = await bed.send({ method: 'GET', path: '/api/echo/v1/topology', token: tokens.viewer });
  expect(topology.body).toMatchObject([
    {
      sdps: [{ sdp_id: '4242' }],
      databases: [
        {
          id: '5',
          name: 'orders',
          files: [{ volume_name: 'prod-d', volume_group_name: 'prod-vg', volume_scsi_sn: '1344090006' }],
        },
      ],
    },
  ]);
});

it('repeated, changes nothing', async () => {
  await bed.send(post(report(1, [reported('5', 'orders')])));
  expect((await unchanged(bed, post(report(1, [reported('5', 'orders')])))).status).toBe(204);
});

it('removes what is not reported any more, and moves the version of the set on', async () => {
  await bed.send(post(report(1, [reported('5', 'a'), reported('6', 'b')])));
  const before = await version();
  await bed.send(post(report(2, [reported('6', 'b')])));
  expect(await names()).toEqual(['b']);
  expect(await version()).toBe((before ?? 0) + 1);
});

it.each([
  ['the same databases', [reported('5', 'a')], 0],
  ['another state', [reported('5', 'a', { status: 'OFFLINE' })], 0],
  ['another name', [reported('5', 'b')], 1],
  ['one more', [reported('5', 'a'), reported('6', 'b')], 1],
  ['none', [], 1],
])('moves the version of the set on only when names changed: %s', async (_, databases, steps) => {
  await bed.send(post(report(1, [reported('5', 'a')])));
  const before = await version();
  await bed.send(post(report(2, databases)));
  expect((await version()) ?? -1).toBe((before ?? 0) + steps);
});

it('older than the stored one changes nothing', async () => {
  await bed.send(post(report(3, [reported('5', 'a')])));
  expect((await unchanged(bed, post(report(2, [reported('6', 'b')])))).status).toBe(204);
  expect(await names()).toEqual(['a']);
});

describe('in chunks', () => {
  it('is whole with its last chunk: only then is missing what is gone', async () => {
    await bed.send(post(report(1, [reported('5', 'a'), reported('6', 'b')])));
    await bed.send(post(report(2, [reported('7', 'c')], 0, 3)));
    expect(await names()).toEqual(['a', 'b', 'c']);
    await bed.send(post(report(2, [reported('6', 'b')], 1, 3)));
    await bed.send(post(report(2, [], 2, 3)));
    expect(await names()).toEqual(['b', 'c']);
    expect(await bed.store.getHost(callingHost)).toMatchObject({ inventorySequence: 2 });
  });

  it('that breaks off is replaced by the next one', async () => {
    await bed.send(post(report(1, [reported('5', 'a')])));
    await bed.send(post(report(2, [reported('6', 'b')], 0, 2)));
    await bed.send(post(report(3, [reported('5', 'a')])));
    expect(await names()).toEqual(['a']);
  });
});

it('of a new registration removes what an earlier one reported', async () => {
  await givenDatabase(bed, { hostId: callingHost, dbId: '9', name: 'old', generation: 0 });
  await bed.send(post(report(1, [reported('5', 'a')])));
  expect(await names()).toEqual(['a']);
});

describe('and the array', () => {
  it('silent: the databases are taken over without their place, and it is looked up again next time', async () => {
    bed.sdp.fail({
      verb: 'locateVolumes',
      nth: 1,
      when: 'before',
      error: arrayUnavailable('locate', new Error('down')),
    });
    expect((await bed.send(post(report(1, [reported('5', 'a')])))).status).toBe(204);
    expect(await bed.store.listDatabases(callingHost)).toMatchObject([{ volumes: [] }]);
    expect(bed.logLines).toContainEqual(expect.objectContaining({ level: 'warn' }));
    await bed.send(post(report(2, [reported('5', 'a')])));
    expect(await bed.store.listDatabases(callingHost)).toMatchObject([{ volumes: [{ volumeName: 'prod-d' }] }]);
  });

  it('refusing: the databases are taken over without their place, as while it is silent', async () => {
    bed.sdp.fail({
      verb: 'describe',
      nth: 1,
      when: 'before',
      error: new DomainError('ArrayRefused', 'the array refused'),
    });
    expect((await bed.send(post(report(1, [reported('5', 'a')])))).status).toBe(204);
    expect(await bed.store.listDatabases(callingHost)).toMatchObject([{ volumes: [] }]);
    expect(bed.logLines).toContainEqual(expect.objectContaining({ level: 'warn' }));
  });

  it('that was registered is asked too, and the one that the host names alone', async () => {
    await givenArray(bed, '4243');
    const second = aMemoryArray('4243', () => 0);
    second.addVolumeGroup('far-vg', [{ name: 'far-d', serial: '4243000001', sizeMib: 1024 }]);
    bed.reachable.set(arrayUrl('4243'), second);
    const far = reported('6', 'far', { mount_points: [{ kind: 'disk', path: 'F:', serial: '4243000001' }] });
    await bed.send(post(report(1, [reported('5', 'a'), far])));
    expect(await bed.store.listDatabases(callingHost)).toMatchObject([
      { volumes: [{ sdpId: '4242' }] },
      { volumes: [{ sdpId: '4243' }] },
    ]);
    await givenHost(bed, 'sqlfar1', { sdpId: '4243' });
    await bed.send(post(report(1, [reported('5', 'a'), far]), hostToken('sqlfar1')));
    expect(await bed.store.listDatabases('sqlfar1')).toMatchObject([{ volumes: [] }, { volumes: [{ sdpId: '4243' }] }]);
  });

  it('is not asked about disks that are known', async () => {
    await bed.send(post(report(1, [reported('5', 'a')])));
    const fault = bed.sdp.fail({ verb: 'locateVolumes', nth: 1, when: 'before', error: new Error('asked') });
    await bed.send(post(report(2, [reported('5', 'b')])));
    expect(fault.fired()).toBe(false);
    expect(await bed.store.listDatabases(callingHost)).toMatchObject([
      { name: 'b', volumes: [{ volumeName: 'prod-d' }] },
    ]);
  });
});

describe('bad input changes nothing', () => {
  it.each([
    ['no body', undefined, 'body.sequence'],
    ['a sequence of 0', report(0, []), 'body.sequence'],
    ['a sequence that is no integer', report(1.5, []), 'body.sequence'],
    ['a chunk below 0', report(1, [], -1, 1), 'body.chunk'],
    ['a chunk past the last', report(1, [], 1, 1), 'body.chunk'],
    ['an id that is no number', report(1, [reported('a', 'a')]), 'body.databases.0.id'],
    ['an id with a zero in front', report(1, [reported('05', 'a')]), 'body.databases.0.id'],
    ['an id no table could hold', report(1, [reported('9'.repeat(2000), 'a')]), 'body.databases.0.id'],
    ['a database without a name', report(1, [reported('5', '')]), 'body.databases.0.name'],
    ['an engine nobody serves', report(1, [reported('5', 'a', { vendor: 'oracledb' })]), 'body.databases.0.vendor'],
    [
      'a good one beside a bad one',
      report(1, [reported('5', 'a'), reported('6', 'b', { files: null })]),
      'body.databases.1.files',
    ],
  ])('%s', async (_, body, field) => {
    const answer = await unchanged(bed, post(body));
    expect(answer.status).toBe(422);
    expect(fieldsOf(answer)).toContain(field);
  });

  it.each(refusedCallers('host'))('$caller', async ({ token }) => {
    expect((await unchanged(bed, post(report(1, []), token))).status).toBe(403);
  });
});
