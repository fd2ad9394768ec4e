import { lstat, mkdir, readdir, readFile, readlink, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from 'pg';
import { attachDatabase } from '../../../agent/execution/attach-database.ts';
import { createDatabase } from '../../../agent/execution/create-database.ts';
import { detachDatabase } from '../../../agent/execution/detach-database.ts';
import { VolumeInUse } from '../../../agent/failure.ts';
import { freezeDatabases } from '../../../agent/execution/freeze-databases.ts';
import { recoverHost } from '../../../agent/execution/recover-host.ts';
import type { AttachArguments } from '../../../agent/engines/engine.ts';
import type { DatabaseRecord } from '../../../agent/registry/database-record.ts';
import { aPostgresHost, connect, postmasterOf, snapshot, type TestHost } from './postgres-host.ts';

const password = 'correct horse battery';
let test: TestHost;
let source: DatabaseRecord;
let writer: Client;

beforeAll(async () => {
  test = await aPostgresHost(['1001', '1002']);
  source = await createDatabase(test.host, {
    name: 'orders',
    volumes: [
      { kind: 'data', serial: '1001' },
      { kind: 'log', serial: '1002' },
    ],
    superuserPassword: password,
  });
  writer = await connect(source.port ?? 0, password);
  await writer.query('CREATE TABLE rows (n int)');
  await writer.query("SELECT pg_create_physical_replication_slot('standby', true)");
  await writer.query("ALTER SYSTEM SET primary_conninfo = 'host=elsewhere'");
}, 60_000);

afterAll(async () => {
  await writer.end();
  await test.close();
}, 30_000);

const dataDirectory = (serial: string): string => join(test.devices, serial, 'data');
const freeze = (freezeId: string, maxSeconds = 30) =>
  freezeDatabases(test.host, {
    freeze_id: freezeId,
    databases: [{ id: source.id, name: 'orders' }],
    max_seconds: maxSeconds,
    force_vss: false,
  });

async function copyVolumes(data: string, log: string): Promise<void> {
  await snapshot(
    test.devices,
    [
      ['1001', data],
      ['1002', log],
    ],
    await postmasterOf(dataDirectory('1001')),
  );
}

const attachOf = (
  name: string,
  data: string,
  log: string,
  more: Partial<AttachArguments> = {},
  restorePoint = '',
): AttachArguments => ({
  attach_id: `attach-${name}`,
  db_name: name,
  vendor: 'postgres',
  target_state: 'online',
  staged: false,
  source: {
    database_id: source.id,
    database_name: 'orders',
    restore_point: restorePoint,
    volumes: [
      { source_serial: '1001', serial: data },
      { source_serial: '1002', serial: log },
    ],
  },
  ...more,
});

describe('a database made by the agent', () => {
  it('has the first id, listens only for passwords on TCP, and is reported with its volumes', async () => {
    expect(source.id).toBe('5');
    const report = await test.host.engine.describe(source);
    expect(report).toMatchObject({
      name: 'orders',
      vendor: 'postgres',
      status: 'ONLINE',
      connection: { host: '127.0.0.1', port: source.port },
    });
    expect(report.files.map(({ kind }) => kind)).toEqual(['data', 'log']);
    expect(report.files.every(({ size_mb }) => size_mb > 0)).toBe(true);
    expect(report.mount_points.map(({ serial }) => serial)).toEqual(['1001', '1002']);
    await expect(connect(source.port ?? 0, 'wrong')).rejects.toThrow(/password/);
    expect(await readlink(join(dataDirectory('1001'), 'pg_wal'))).toBe(join(test.devices, '1002', 'wal'));
  });

  it('leaves nothing when it cannot be made', async () => {
    const wanted = { name: 'again', volumes: [{ kind: 'data' as const, serial: '1001' }], superuserPassword: null };
    await expect(createDatabase(test.host, wanted)).rejects.toBeInstanceOf(VolumeInUse);
    const used = { ...wanted, volumes: [{ kind: 'data' as const, serial: 'used' }] };
    await mkdir(join(dataDirectory('used'), 'base'), { recursive: true });
    await expect(createDatabase(test.host, used)).rejects.toBeInstanceOf(VolumeInUse);
    await rm(join(test.devices, 'used'), { recursive: true });
    expect((await test.host.registry.read()).databases.map(({ name }) => name)).toEqual(['orders']);
  });
});

describe('a copy taken while frozen', () => {
  it('holds every row acknowledged before the freeze, under its own name, port and files', async () => {
    for (let n = 1; n <= 200; n += 1) await writer.query('INSERT INTO rows VALUES ($1)', [n]);
    const [frozen] = await freeze('freeze-1');
    const writing = writer.query('INSERT INTO rows SELECT generate_series(1000, 21000)');
    await copyVolumes('2001', '2002');
    expect(await test.host.freezes.thaw('freeze-1')).toEqual({ held: true, reason: '' });
    await writing;

    const report = await attachDatabase(test.host, attachOf('copy', '2001', '2002', {}, frozen?.restore_point));
    expect(report).toMatchObject({ name: 'copy', status: 'ONLINE' });
    expect(report.connection?.port).not.toBe(source.port);
    const copy = await connect(report.connection?.port ?? 0, password);
    const { rows } = await copy.query('SELECT count(*)::int AS count FROM rows WHERE n <= 200');
    expect(rows).toEqual([{ count: 200 }]);
    expect((await copy.query('SELECT * FROM pg_replication_slots')).rows).toEqual([]);
    expect((await copy.query("SELECT current_setting('primary_conninfo') AS value")).rows).toEqual([{ value: '' }]);
    await copy.query('INSERT INTO rows VALUES (-1)');
    expect((await writer.query('SELECT * FROM rows WHERE n = -1')).rows).toEqual([]);
    await copy.end();
    expect(await readlink(join(dataDirectory('2001'), 'pg_wal'))).toBe(join(test.devices, '2002', 'wal'));
    expect(await readdir(dataDirectory('2001'))).not.toContain('backup_label');
  }, 30_000);

  it('is not made twice by the same attach, and its name is taken', async () => {
    const again = await attachDatabase(test.host, attachOf('copy', '2001', '2002'));
    const named = (await test.host.registry.read()).databases.filter(({ name }) => name === 'copy');
    expect(named.map(({ id }) => id)).toEqual([again.id]);
    const other = attachOf('COPY', '2001', '2002', { attach_id: 'another' });
    await expect(attachDatabase(test.host, other)).rejects.toMatchObject({ code: 'DB_NAME_IS_IN_USE' });
  });

  it('is found again by an agent that starts anew, and started when it was stopped', async () => {
    const record = (await test.host.registry.read()).databases.find(({ name }) => name === 'copy');
    if (!record) throw new Error('the copy is not registered');
    const before = await postmasterOf(dataDirectory('2001'));
    await recoverHost(test.host);
    expect(await postmasterOf(dataDirectory('2001'))).toBe(before);
    await test.host.engine.stop(record);
    expect(await test.host.engine.describe(record)).toMatchObject({ status: 'OFFLINE' });
    await recoverHost(test.host);
    expect(await test.host.engine.describe(record)).toMatchObject({ status: 'ONLINE' });
  }, 20_000);

  it('is gone after a detach, its data kept, and cannot be attached again', async () => {
    const target = { attach_id: 'attach-copy', database_id: null, database_uid: null, db_name: 'copy' };
    expect(await detachDatabase(test.host, target)).toBe(true);
    expect(await detachDatabase(test.host, target)).toBe(false);
    expect(test.runs('2001')).toBe(false);
    expect(await readdir(join(test.stateDir, 'clusters'))).toEqual([source.id]);
    expect((await lstat(join(dataDirectory('2001'), 'PG_VERSION'))).isFile()).toBe(true);
    await expect(attachDatabase(test.host, attachOf('copy', '2001', '2002'))).rejects.toMatchObject({
      code: 'COMMAND_REVOKED',
    });
  }, 20_000);
});

describe('a copy kept in recovery', () => {
  it('is a standby that takes no writes', async () => {
    const [frozen] = await freeze('freeze-2');
    await copyVolumes('3001', '3002');
    await test.host.freezes.thaw('freeze-2');
    const wanted = attachOf('standby', '3001', '3002', { target_state: 'recovery' }, frozen?.restore_point);
    const report = await attachDatabase(test.host, wanted);
    expect(report.status).toBe('RESTORING');
    const standby = await connect(report.connection?.port ?? 0, password);
    await expect(standby.query('INSERT INTO rows VALUES (0)')).rejects.toThrow(/read-only/);
    await standby.end();
    expect(
      await detachDatabase(test.host, {
        attach_id: null,
        database_id: report.id,
        database_uid: null,
        db_name: 'standby',
      }),
    ).toBe(true);
  }, 30_000);
});

describe('an attach that fails', () => {
  const leftovers = async (): Promise<unknown> => ({
    names: (await test.host.registry.read()).databases.map(({ name }) => name),
    privateFolders: await readdir(join(test.stateDir, 'clusters')),
  });

  it('leaves nothing when the copy does not reach the restore point', async () => {
    await copyVolumes('4001', '4002');
    const wanted = attachOf('short', '4001', '4002', {}, 'FF/FFFFFF00');
    await expect(attachDatabase(test.host, wanted)).rejects.toMatchObject({
      code: 'ENGINE_FAILED',
      message: /less than the restore point/,
    });
    expect(await leftovers()).toEqual({ names: ['orders'], privateFolders: [source.id] });
    expect(test.runs('4001')).toBe(false);
  }, 30_000);

  it('leaves nothing when the cluster is broken, and says what the server said', async () => {
    await rm(join(dataDirectory('4001'), 'global', 'pg_control'));
    await expect(attachDatabase(test.host, attachOf('broken', '4001', '4002'))).rejects.toMatchObject({
      code: 'ENGINE_FAILED',
      message: /did not start: .*(pg_control|control file)/,
    });
    expect(await leftovers()).toEqual({ names: ['orders'], privateFolders: [source.id] });
  }, 30_000);

  it.each([
    ['a link out of the volumes', async () => symlink('/etc', join(dataDirectory('4001'), 'outside'))],
    [
      'a tablespace',
      async () => {
        await unlink(join(dataDirectory('4001'), 'outside'));
        await mkdir(join(dataDirectory('4001'), 'pg_tblspc', '16400'));
      },
    ],
    [
      'a log outside the volumes',
      async () => {
        await rm(join(dataDirectory('4001'), 'pg_tblspc', '16400'), { recursive: true });
        await unlink(join(dataDirectory('4001'), 'pg_wal'));
        await symlink('/elsewhere/wal', join(dataDirectory('4001'), 'pg_wal'));
      },
    ],
  ])('refuses %s', async (_what, arrange) => {
    await arrange();
    await expect(attachDatabase(test.host, attachOf('odd', '4001', '4002'))).rejects.toMatchObject({
      code: 'LAYOUT_NOT_SUPPORTED',
    });
  });

  it('names volumes that did not appear', async () => {
    await expect(attachDatabase(test.host, attachOf('late', '8001', '8002'))).rejects.toMatchObject({
      code: 'DEVICE_NOT_FOUND',
      message: /8001, 8002/,
    });
  });
});

describe('an attach whose agent died in the middle', () => {
  it('is rolled back at the next start, and can be done again', async () => {
    await copyVolumes('5001', '5002');
    const wanted = attachOf('half', '5001', '5002');
    const volumes = await test.host.engine.inspectCopy(wanted.source);
    const half = {
      name: 'half',
      vendor: 'postgres' as const,
      attach_id: wanted.attach_id,
      target_state: wanted.target_state,
      volumes: [...volumes],
    };
    const record = await test.host.registry.reserve(half, (taken) => test.host.engine.choosePort(taken));
    await test.host.engine.attach(record, wanted.source);
    const registryFile = join(test.stateDir, 'registry.json');
    await writeFile(registryFile, (await readFile(registryFile, 'utf8')).replaceAll(record.maker, '999999999:1'));

    await recoverHost(test.host);
    expect((await test.host.registry.read()).databases.map(({ name }) => name)).toEqual(['orders']);
    expect(test.runs('5001')).toBe(false);
    const report = await attachDatabase(test.host, wanted);
    expect(report).toMatchObject({ name: 'half', status: 'ONLINE' });
    expect(Number(report.id)).toBeGreaterThan(Number(record.id));
    await detachDatabase(test.host, {
      attach_id: wanted.attach_id,
      database_id: null,
      database_uid: null,
      db_name: 'half',
    });
  }, 30_000);
});

describe('a freeze', () => {
  it('was not held when its session was killed', async () => {
    await freeze('freeze-3');
    await writer.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'reprise-freeze'",
    );
    const end = await test.host.freezes.thaw('freeze-3');
    expect(end.held).toBe(false);
    expect(end.reason).toMatch(/session of the freeze/);
  });

  it('takes all databases or none', async () => {
    const wanted = {
      freeze_id: 'freeze-4',
      max_seconds: 10,
      force_vss: false,
      databases: [
        { id: source.id, name: 'orders' },
        { id: '99', name: 'nothing' },
      ],
    };
    await expect(freezeDatabases(test.host, wanted)).rejects.toMatchObject({ code: 'DB_NOT_FOUND' });
    const sessions = await writer.query("SELECT 1 FROM pg_stat_activity WHERE application_name = 'reprise-freeze'");
    expect(sessions.rows).toEqual([]);
  });
});

it('the access rules of the cluster itself were never touched', async () => {
  const rules = await readFile(join(dataDirectory('1001'), 'pg_hba.conf'), 'utf8');
  expect(rules).not.toMatch(/^[^#]*trust/m);
});
