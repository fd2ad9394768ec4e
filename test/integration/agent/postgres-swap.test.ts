import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attachDatabase } from '../../../agent/execution/attach-database.ts';
import { createDatabase } from '../../../agent/execution/create-database.ts';
import { detachDatabase } from '../../../agent/execution/detach-database.ts';
import { recoverHost } from '../../../agent/execution/recover-host.ts';
import { swapDatabases } from '../../../agent/execution/swap-databases.ts';
import type { DatabaseRecord } from '../../../agent/registry/database-record.ts';
import type { SwapArguments } from '../../../agent/registry/swaps.ts';
import { mortal } from '../../unit/agent/mortal-host.ts';
import { aPostgresHost, connect, postmasterOf, snapshot, type TestHost } from './postgres-host.ts';

const password = 'correct horse battery';
let test: TestHost;
let orders: DatabaseRecord;
let stock: DatabaseRecord;

beforeAll(async () => {
  test = await aPostgresHost(['1001', '1002']);
  const made = (name: string, serial: string) =>
    createDatabase(test.host, { name, volumes: [{ kind: 'data', serial }], superuserPassword: password });
  [orders, stock] = [await made('orders', '1001'), await made('stock', '1002')];
  for (const { name, port } of [orders, stock]) await run(port, `CREATE TABLE content AS SELECT '${name}' AS text`);
}, 60_000);

afterAll(() => test.close(), 30_000);

async function run(port: number | null, sql: string): Promise<unknown[]> {
  const client = await connect(port ?? 0, password);
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Rows of the table that tells one database's content from another's. */
const contentAt = async (port: number | null): Promise<readonly unknown[]> =>
  (await run(port, 'SELECT text FROM content ORDER BY text')).map((row) => Object.values(row as object)[0]);

/** Stages a copy of a database as it is now, to which its source then adds a row. */
async function stage(of: DatabaseRecord, serial: string, target: 'online' | 'recovery' = 'online'): Promise<void> {
  const [{ serial: source } = { serial: '' }] = of.volumes;
  await snapshot(test.devices, [[source, serial]], await postmasterOf(join(test.devices, source, 'data')));
  await attachDatabase(test.host, {
    attach_id: `attach-${serial}`,
    db_name: `staged-${serial}`,
    vendor: 'postgres',
    target_state: target,
    staged: true,
    source: {
      database_id: of.id,
      database_name: of.name,
      restore_point: '',
      volumes: [{ source_serial: source, serial }],
    },
  });
}
const part = (serial: string, database: DatabaseRecord, backup: string | null = null) => ({
  attach_id: `attach-${serial}`,
  database_id: database.id,
  db_name: database.name,
  backup_name: backup,
});
const swap = (id: string, ...databases: SwapArguments['databases']) =>
  swapDatabases(test.host, { swap_id: id, attempt: 1, databases });
const recordNamed = async (name: string): Promise<DatabaseRecord> => {
  const record = (await test.host.registry.read()).databases.find((database) => database.name === name);
  if (!record) throw new Error(`no database ${name}`);
  return record;
};

describe('a swap of real databases', () => {
  it('without a backup: id, name and port stay, the content is the new one, the old data is left alone', async () => {
    await stage(stock, '2001');
    expect(test.runs('2001')).toBe(false);
    await run(orders.port, "INSERT INTO content VALUES ('late')");
    const [inService] = await swap('s1', part('2001', orders));
    expect(inService).toMatchObject({
      attach_id: 'attach-2001',
      database: { id: orders.id, name: 'orders', status: 'ONLINE', connection: { port: orders.port } },
    });
    expect(await contentAt(orders.port)).toEqual(['stock']);
    expect(test.runs('1001')).toBe(false);
    expect(await readdir(join(test.devices, '1001', 'data'))).toContain('PG_VERSION');
    expect(await readdir(join(test.stateDir, 'clusters'))).not.toContain(orders.id);
  });

  it('is held by an agent that starts anew, and by its own repetition', async () => {
    const record = await recordNamed('orders');
    await test.host.engine.stop(record);
    await recoverHost(test.host);
    expect(await contentAt(orders.port)).toEqual(['stock']);
    await swap('s1', part('2001', orders));
    await expect(
      detachDatabase(test.host, { attach_id: 'attach-2001', database_id: null, database_uid: null, db_name: 'orders' }),
    ).rejects.toMatchObject({ code: 'DB_IN_SERVICE' });
    expect(await contentAt(orders.port)).toEqual(['stock']);
  });

  it('with a backup: both run side by side, each with its content', async () => {
    await stage(stock, '3001');
    await run(stock.port, "INSERT INTO content VALUES ('after the copy')");
    const [inService] = await swap('s2', part('3001', stock, 'stock_bkp'));
    const backup = await recordNamed('stock_bkp');
    expect(inService?.database.id).not.toBe(stock.id);
    expect(backup.id).toBe(stock.id);
    expect(inService?.database).toMatchObject({ name: 'stock', connection: { port: stock.port } });
    expect(await contentAt(stock.port)).toEqual(['stock']);
    expect(await contentAt(backup.port)).toEqual(['after the copy', 'stock']);
    expect(
      await detachDatabase(test.host, {
        attach_id: null,
        database_id: backup.id,
        database_uid: null,
        db_name: 'stock_bkp',
      }),
    ).toBe(true);
    expect(await contentAt(stock.port)).toEqual(['stock']);
  });

  it('of which one does not start: both predecessors run as before', async () => {
    const now = [await recordNamed('orders'), await recordNamed('stock')] as const;
    for (const { port } of now) await run(port, "INSERT INTO content VALUES ('kept')");
    await stage(now[0], '4001');
    await stage(now[1], '4002');
    await rm(join(test.devices, '4002', 'data', 'global', 'pg_control'));
    await expect(swap('s3', part('4001', now[0]), part('4002', now[1], 'stock_bkp2'))).rejects.toMatchObject({
      code: 'ENGINE_FAILED',
      message: /did not start: .*(pg_control|control file)/,
    });
    for (const { name, id, port } of now) {
      expect(await recordNamed(name)).toMatchObject({ id, port, state: 'managed' });
      expect(await contentAt(port)).toEqual(['kept', 'stock']);
    }
    expect(test.runs('4001')).toBe(false);
    expect(await recordNamed('staged-4001')).toMatchObject({ state: 'staged', swap_id: null });
  });

  it('that its agent dies over, the places exchanged and nothing started, is finished at the next start', async () => {
    const now = await recordNamed('orders');
    await stage(await recordNamed('stock'), '6001');
    const wanted = { swap_id: 's5', attempt: 1, databases: [part('6001', now, 'orders_bkp')] };
    // The acts: attempt noted, who runs noted, two stops, places exchanged.
    await expect(swapDatabases(mortal(test.host, 5, 'after').host, wanted)).rejects.toThrow();
    expect([test.runs('2001'), test.runs('6001')]).toEqual([false, false]);
    await recoverHost(test.host);
    await run(now.port, "INSERT INTO content VALUES ('before the answer')");
    await swapDatabases(test.host, wanted);
    expect(await contentAt(now.port)).toEqual(['before the answer', 'kept', 'stock']);
    const backup = await recordNamed('orders_bkp');
    expect(backup).toMatchObject({ id: now.id });
    expect(await contentAt(backup.port)).toEqual(['kept', 'stock']);
  });

  it('keeps in recovery what was staged so', async () => {
    const now = await recordNamed('orders');
    await stage(now, '5001', 'recovery');
    const [inService] = await swap('s4', part('5001', now));
    expect(inService?.database).toMatchObject({ id: now.id, status: 'RESTORING', connection: { port: now.port } });
    expect(await contentAt(now.port)).toEqual(['before the answer', 'kept', 'stock']);
    await expect(run(now.port, "INSERT INTO content VALUES ('x')")).rejects.toThrow(/read-only/);
  });
});
