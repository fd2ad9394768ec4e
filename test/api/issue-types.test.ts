/** Every issue type of the contract, raised by a call of today: a type that nothing raises is none that clients can meet. */
import { beforeEach, describe, expect, it } from 'vitest';
import { type IssueType, issueTypes } from '../../shared/domain/issue.ts';
import { apiBed, type ApiBed, tokens } from './api-bed.ts';
import type { TestRequest } from './gateway-event.ts';
import { givenClone, givenDatabase, givenHost, givenSnapshot, givenTask } from './given.ts';
import { useDatabase } from './test-database.ts';
import { issueTypesOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
/** The site of the contract's example: `orders` (7) on sqlprod1, its clone `orders_dev` (5) on sqldev1, a newer snapshot. */
beforeEach(async () => {
  bed = await apiBed(await newTable());
  await givenHost(bed, 'sqlprod1');
  await givenHost(bed, 'sqldev1');
  await givenHost(bed, 'pgdev1', { vendor: 'postgres' });
  await givenHost(bed, 'sqlfar1', { sdpId: '4243' });
  await givenHost(bed, 'silent', { connected: false });
  await givenDatabase(bed);
  await givenDatabase(bed, { dbId: '8', name: 'local', serial: null });
  await givenDatabase(bed, { hostId: 'pgdev1', vendor: 'postgres' });
  await givenClone(bed);
  await givenSnapshot(bed, { snapshotId: newer });
});

const newer = 'snap_1767000200';
const older = 'snap_1767000100';
type Call = Pick<TestRequest, 'method' | 'path' | 'body'>;

const copyTo = (host_id: string, db_name = 'orders_test', db_id = '7') => ({ host_id, db_id, db_name });
const clone = (...destinations: readonly ReturnType<typeof copyTo>[]): Call => ({
  method: 'POST',
  path: '/api/echo/v1/echo_dbs',
  body: { source_host_id: 'sqlprod1', destinations },
});
const importing = (...destinations: readonly ReturnType<typeof copyTo>[]): Call => ({
  method: 'POST',
  path: `/api/echo/v1/db_snapshots/${newer}/echo_db`,
  body: { destinations },
});
const takeSnapshot = (host: string, database: string, more: object = {}): Call => ({
  method: 'POST',
  path: '/api/echo/v1/db_snapshots',
  body: { source_host_id: host, database_ids: [database], ...more },
});
const removeSnapshot = (snapshotId: string): Call => ({
  method: 'DELETE',
  path: `/api/echo/v1/db_snapshots/${snapshotId}`,
});
const removeClone = (hostId: string, dbId: string, cascade = false): Call => ({
  method: 'DELETE',
  path: '/api/echo/v1/echo_dbs',
  body: { host_id: hostId, database_id: dbId, cascade },
});
const refresh = (hostId: string, names: readonly string[], more: object = {}): Call => ({
  method: 'POST',
  path: `/api/echo/v1/hosts/${hostId}/databases/_refresh`,
  body: { snapshot_id: newer, db_names: names, ...more },
});

interface Case {
  readonly given?: () => Promise<unknown>;
  /** Operations that raise it, one call each. */
  readonly calls: readonly Call[];
  /** Raised by the twin alone: the action waits. */
  readonly twinOnly?: true;
}

const takenOfClone = () =>
  givenSnapshot(bed, {
    snapshotId: 'snap_1767000300',
    hostId: 'sqldev1',
    databases: [{ dbId: '5', uid: '', dbName: 'orders_dev', vendor: 'mssql', restorePoint: '', volumes: [] }],
  });

const cases: Readonly<Record<IssueType, readonly Case[]>> = {
  DB_NAME_IS_IN_USE: [
    { calls: [clone(copyTo('sqldev1', 'orders_dev')), importing(copyTo('sqldev1', 'ORDERS_DEV'))] },
    {
      given: async () => {
        for (const second of '0123456789') {
          const name = `orders_dev_bkp_20251229T09200${second}Z`;
          await givenDatabase(bed, { hostId: 'sqldev1', dbId: `9${second}`, name });
        }
      },
      calls: [refresh('sqldev1', ['orders_dev'], { keep_backup: true })],
    },
  ],
  DB_SNAPSHOT_IS_IN_USE: [{ calls: [removeSnapshot(older)] }],
  DB_IS_IN_USE: [
    { given: takenOfClone, calls: [removeClone('sqldev1', '5'), refresh('sqldev1', ['orders_dev'])] },
    {
      given: async () => {
        const { snapshotId } = await takenOfClone();
        await givenTask(bed, {}, [], { pinnedSnapshot: snapshotId });
      },
      calls: [removeClone('sqldev1', '5', true)],
    },
  ],
  HOST_NOT_FOUND: [
    {
      calls: [
        clone(copyTo('nowhere')),
        importing(copyTo('nowhere')),
        takeSnapshot('nowhere', '7'),
        removeClone('nowhere', '5'),
      ],
    },
  ],
  HOST_NOT_CONNECTED: [
    { calls: [clone(copyTo('silent')), importing(copyTo('silent')), refresh('silent', ['orders'])] },
    {
      given: () => {
        bed.clock.advanceSeconds(100);
        return Promise.resolve();
      },
      calls: [takeSnapshot('sqlprod1', '7'), removeClone('sqldev1', '5')],
    },
  ],
  DB_NOT_FOUND: [
    {
      calls: [
        clone(copyTo('sqldev1', 'a', '99')),
        takeSnapshot('sqlprod1', '99'),
        removeClone('sqldev1', '99'),
        refresh('sqldev1', ['x']),
      ],
    },
  ],
  DB_NOT_IN_SNAPSHOT: [{ calls: [importing(copyTo('sqldev1', 'a', '8')), refresh('sqlprod1', ['local'])] }],
  DB_SNAPSHOT_NOT_FOUND: [{ calls: [refresh('sqldev1', ['orders_dev'], { snapshot_id: 'snap_1' })] }],
  DB_SNAPSHOT_NOT_ALLOWED: [{ calls: [clone(copyTo('sqldev1', 'a', '8')), takeSnapshot('sqlprod1', '8')] }],
  DB_IS_NOT_A_CLONE: [{ calls: [removeClone('sqlprod1', '7')] }],
  DB_NAME_DUPLICATED: [
    {
      calls: [
        clone(copyTo('sqldev1', 'a'), copyTo('sqldev1', 'A')),
        importing(copyTo('sqldev1', 'a'), copyTo('sqldev1', 'A')),
        refresh('sqldev1', ['orders_dev', 'ORDERS_DEV']),
      ],
    },
  ],
  DB_NAME_INVALID: [
    { calls: [clone(copyTo('sqldev1', 'a"b')), importing(copyTo('sqldev1', 'master'))] },
    {
      given: () => givenDatabase(bed, { hostId: 'sqldev1', dbId: '9', name: 'x'.repeat(128) }),
      calls: [refresh('sqldev1', ['x'.repeat(128)], { keep_backup: true })],
    },
  ],
  DB_VENDOR_MISMATCH: [
    { calls: [clone(copyTo('pgdev1')), importing(copyTo('pgdev1')), refresh('pgdev1', ['orders'])] },
  ],
  SDP_MISMATCH: [{ calls: [clone(copyTo('sqlfar1')), importing(copyTo('sqlfar1')), refresh('sqlfar1', ['orders'])] }],
  VSS_NOT_AVAILABLE: [
    {
      calls: [
        takeSnapshot('pgdev1', '7', { force_vss_usage: true }),
        {
          ...clone(),
          body: { source_host_id: 'pgdev1', destinations: [copyTo('pgdev1')], use_vss: true },
        },
      ],
    },
  ],
  MISSING_HOST_PERMISSION: [
    {
      given: async () => {
        await givenHost(bed, 'sqltest1', { mayKeepBackups: false });
        await givenDatabase(bed, { hostId: 'sqltest1' });
      },
      calls: [refresh('sqltest1', ['orders'], { keep_backup: true })],
    },
  ],
  RESOURCE_IS_LOCKED: [
    {
      given: () => givenTask(bed, {}, [], { exclusiveSnapshots: [newer] }),
      calls: [importing(copyTo('sqldev1')), refresh('sqldev1', ['orders_dev']), removeSnapshot(newer)],
    },
    {
      given: () => givenTask(bed, {}, ['sqlprod1/orders', 'sqldev1/orders_dev']),
      calls: [
        clone(copyTo('sqldev1')),
        takeSnapshot('sqlprod1', '7'),
        removeClone('sqldev1', '5'),
        refresh('sqldev1', ['orders_dev']),
      ],
      twinOnly: true,
    },
  ],
};

describe.each(issueTypes)('%s', (type) => {
  it('is raised', () => {
    expect(cases[type].flatMap(({ calls }) => calls)).not.toEqual([]);
  });

  it.each(
    cases[type].flatMap(({ given, calls, twinOnly = false }) =>
      calls.map((call) => ({
        given,
        call,
        twinOnly,
        name: `${call.method} ${call.path} ${JSON.stringify(call.body)}`,
      })),
    ),
  )('by $name', async ({ given, call, twinOnly }) => {
    await given?.();
    const request = { ...call, token: tokens.operator };
    const twin = await unchanged(bed, { ...request, path: `${call.path}/__validate` });
    expect(twin).toMatchObject({ status: 200, body: { valid: false } });
    expect(issueTypesOf(twin)).toContain(type);
    const action = await bed.send(request);
    if (twinOnly) expect([200, 202]).toContain(action.status);
    else {
      expect(action.status).toBe(409);
      expect(issueTypesOf(action)).toContain(type);
    }
  });
});
