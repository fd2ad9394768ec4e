import { cp, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentCommand } from '../../../shared/contracts/agent.ts';
import { appendRow, readRows } from '../../../agent/engines/simulated/rows.ts';
import { type AgentFixture, anAgent, until } from './agent-process.ts';
import { aCommand, aControlPlane, type Answer, type CommandPart, type TestControlPlane } from './control-plane.ts';

let plane: TestControlPlane;
let agent: AgentFixture;
let databaseId = '';

beforeAll(async () => {
  plane = await aControlPlane();
  agent = await anAgent(plane, 'simulated');
  await mkdir(join(agent.devices, '1001'));
  agent.start();
}, 30_000);

afterAll(async () => {
  await agent.close();
  await plane.close();
});

const command = (id: string, part: CommandPart, more: Partial<AgentCommand> = {}): AgentCommand =>
  aCommand(plane, id, part, more);
const answersTo = (id: string): readonly Answer[] => plane.answers.filter(({ commandId }) => commandId === id);
const answered = (id: string, times = 1): Promise<void> =>
  until(`answer ${times} to ${id}`, () => answersTo(id).length >= times, agent.log);
const attach = (id: string, name: string, serial: string, staged = false): CommandPart => ({
  kind: 'attach',
  arguments: {
    attach_id: id,
    db_name: name,
    vendor: 'mssql',
    target_state: 'online',
    staged,
    source: {
      database_id: databaseId,
      database_name: 'orders',
      restore_point: '',
      volumes: [{ source_serial: '1001', serial }],
    },
  },
});
const freeze = (id: string, seconds: number): CommandPart => ({
  kind: 'freeze',
  arguments: { freeze_id: id, databases: [{ id: databaseId, name: 'orders' }], max_seconds: seconds, force_vss: false },
});
const thaw = (id: string): CommandPart => ({ kind: 'thaw', arguments: { freeze_id: id } });

describe('an agent with an empty environment', () => {
  it('heartbeats, reports its empty inventory, and soon the database made beside it', async () => {
    await until(
      'heartbeat and inventory',
      () => plane.heartbeats.length > 0 && plane.inventories.length > 0,
      agent.log,
    );
    expect(plane.heartbeats[0]).toMatchObject({
      host_iqn: 'iqn.2009-01.com.kaminario:initiator.host1',
      agent_version: '1.0.0',
    });
    expect(plane.databases()).toEqual([]);
    const made = agent.cli('create-database', '--name', 'orders', '--volume', '1001');
    expect(JSON.parse(made.stdout)).toEqual({ id: '5', port: null });
    databaseId = '5';
    await until('inventory', () => plane.databases().length === 1, agent.log);
    expect(plane.databases()[0]).toMatchObject({ id: '5', name: 'orders', vendor: 'mssql', status: 'ONLINE' });
    const uid = plane.databases()[0]?.uid;
    expect(uid).toMatch(/^[0-9a-f-]{36}\.[0-9]+$/);
    expect(JSON.parse(agent.cli('list').stdout)).toMatchObject([{ name: 'orders', uid }]);
  });

  it('makes no database on a volume that serves one, and tells that from every other failure', () => {
    expect(agent.cli('create-database', '--name', 'other', '--volume', '1001')).toMatchObject({
      status: 73,
      stderr: expect.stringContaining('already serves database orders'),
    });
    expect(agent.cli('create-database', '--name', 'ORDERS', '--volume', '1001').status).toBe(1);
    expect(JSON.parse(agent.cli('list').stdout)).toMatchObject([{ name: 'orders' }]);
  });

  it('is the only one on its state directory', () => {
    const second = agent.cli('run');
    expect(second.status).toBe(1);
    expect(second.stderr).toContain('another agent runs');
  });

  it('freezes so that no row gets in until the thaw, and says that it was held', async () => {
    await appendRow(agent.devices, '1001', { n: 1 });
    await plane.send(command('c-freeze', freeze('f1', 30)));
    await answered('c-freeze');
    let written = false;
    const writing = appendRow(agent.devices, '1001', { n: 2 }).then(() => (written = true));
    await cp(join(agent.devices, '1001'), join(agent.devices, '2001'), { recursive: true });
    expect(written).toBe(false);
    await plane.send(command('c-thaw', thaw('f1')));
    await answered('c-thaw');
    await writing;
    expect(answersTo('c-thaw')[0]?.body).toMatchObject({ result: { freeze_id: 'f1', held: true, reason: '' } });
    expect(await readRows(agent.devices, '2001')).toEqual([{ n: 1 }]);
  });

  it('attaches once what is delivered twice, and answers twice', async () => {
    const wanted = command('c-attach', attach('a1', 'copy', '2001'));
    plane.refusals.push(503);
    await Promise.all([plane.send(wanted), plane.send(wanted)]);
    await answered('c-attach', 2);
    const ids = answersTo('c-attach').map(({ body }) => ('result' in body ? body.result['database'] : body));
    expect(ids[0]).toMatchObject({ id: '6', name: 'copy', status: 'ONLINE' });
    expect(ids[1]).toEqual(ids[0]);
    expect(plane.databases().map(({ name }) => name)).toEqual(['orders', 'copy']);
    await until('an empty queue', () => plane.messagesLeft() === 0, agent.log);
    expect(await readRows(agent.devices, '2001')).toEqual([{ n: 1 }]);
  });

  it('refuses what is late or of another registration, and leaves what it cannot understand on the queue', async () => {
    await plane.send(command('c-late', { kind: 'rescan', arguments: {} }, { not_after_ts: 1000 }));
    await plane.send(command('c-stale', { kind: 'rescan', arguments: {} }, { generation: 77 }));
    await plane.send('{"kind":"dance"}');
    await Promise.all([answered('c-late'), answered('c-stale')]);
    expect(answersTo('c-late')[0]?.body).toMatchObject({ error: { code: 'COMMAND_EXPIRED' } });
    expect(answersTo('c-stale')[0]?.body).toMatchObject({ error: { code: 'STALE_GENERATION' } });
    await until('a complaint', () => agent.log().includes('queue.message-not-understood'), agent.log);
    expect(plane.messagesLeft()).toBe(1);
  });

  it('goes on, after being killed in the middle of an attach, when it is started again', async () => {
    await plane.send(command('c-killed', attach('a2', 'late', '3001')));
    await until('a heartbeat of the command', () => plane.commandHeartbeats.includes('c-killed'), agent.log);
    await agent.end('SIGKILL');
    await cp(join(agent.devices, '2001'), join(agent.devices, '3001'), { recursive: true });
    agent.start();
    await answered('c-killed');
    expect(answersTo('c-killed')[0]).toMatchObject({
      kind: 'success',
      body: { result: { database: { name: 'late', status: 'ONLINE' } } },
    });
    expect(await readRows(agent.devices, '3001')).toEqual([{ n: 1 }]);
  });

  it('thaws at its start what it was killed over, and does not claim that it was held', async () => {
    await plane.send(command('c-freeze2', freeze('f2', 300)));
    await answered('c-freeze2');
    expect(await readdir(join(agent.devices, '1001'))).toContain('frozen.json');
    await agent.end('SIGKILL');
    agent.start();
    await appendRow(agent.devices, '1001', { n: 3 }, 10);
    await plane.send(command('c-thaw2', thaw('f2')));
    await answered('c-thaw2');
    expect(answersTo('c-thaw2')[0]?.body).toMatchObject({
      result: { held: false, reason: 'the agent was restarted during the freeze' },
    });
  });

  it('asks for access again when it was registered anew', async () => {
    plane.generation = 2;
    await until('new access', () => agent.log().includes('"generation":2,"expires_ts"'), agent.log);
    await plane.send(command('c-new', { kind: 'inventory', arguments: {} }));
    await answered('c-new');
    expect(answersTo('c-new')[0]?.kind).toBe('success');
    const sequences = plane.inventories.map(({ sequence }) => sequence);
    expect(new Set(sequences).size).toBeGreaterThan(3);
  });

  it('forgets a database on detach, and never gives its id again', async () => {
    const target = { attach_id: 'a1', database_id: null, database_uid: null, db_name: 'copy' };
    await plane.send(command('c-detach', { kind: 'detach', arguments: target }));
    await answered('c-detach');
    expect(answersTo('c-detach')[0]?.body).toMatchObject({ result: { detached: true } });
    expect(plane.databases().map(({ name }) => name)).toEqual(['orders', 'late']);
    await plane.send(command('c-revoked', attach('a1', 'copy', '2001')));
    await answered('c-revoked');
    expect(answersTo('c-revoked')[0]?.body).toMatchObject({ error: { code: 'COMMAND_REVOKED' } });
    await mkdir(join(agent.devices, '4001'));
    const made = agent.cli('create-database', '--name', 'next', '--volume', '4001');
    expect(Number(JSON.parse(made.stdout).id)).toBeGreaterThan(7);
  });

  it('swaps a staged copy into the place of a database, and answers again when it was killed over the answer', async () => {
    await appendRow(agent.devices, '1001', { n: 4 });
    await cp(join(agent.devices, '1001'), join(agent.devices, '5001'), { recursive: true });
    await plane.send(command('c-stage', attach('a3', 'staged-late', '5001', true)));
    await answered('c-stage');
    const late = plane.databases().find(({ name }) => name === 'late');
    expect(plane.databases().map(({ name }) => name)).not.toContain('staged-late');

    const databases = [{ attach_id: 'a3', database_id: late?.id ?? '', db_name: 'late', backup_name: null }];
    const swap = (attempt: number): CommandPart => ({ kind: 'swap', arguments: { swap_id: 's1', attempt, databases } });
    plane.refusals.push(...Array.from({ length: 50 }, () => 503));
    await plane.send(command('c-swap', swap(1)));
    await until('a refused answer', () => agent.log().includes('outcome.refused'), agent.log);
    await agent.end('SIGKILL');
    plane.refusals.length = 0;
    agent.start();
    await answered('c-swap');
    expect(answersTo('c-swap')[0]?.body).toMatchObject({
      result: {
        databases: [{ attach_id: 'a3', database: { id: late?.id, uid: late?.uid, name: 'late', status: 'ONLINE' } }],
      },
    });
    expect(plane.databases().filter(({ name }) => name === 'late')).toMatchObject([
      { id: late?.id, uid: late?.uid, mount_points: [{ serial: '5001' }] },
    ]);
    expect(await readRows(agent.devices, '5001')).toContainEqual({ n: 4 });
    expect(await readRows(agent.devices, '3001')).toEqual([{ n: 1 }]);

    const target = { attach_id: 'a3', database_id: null, database_uid: null, db_name: 'late' };
    await plane.send(command('c-refused', { kind: 'detach', arguments: target }));
    await answered('c-refused');
    expect(answersTo('c-refused')[0]?.body).toMatchObject({ error: { code: 'DB_IN_SERVICE' } });
    await plane.send(command('c-swap-late', swap(2), { not_after_ts: 1000 }));
    await answered('c-swap-late');
    expect(answersTo('c-swap-late')[0]?.kind).toBe('success');
  });

  it('detaches by id only the database that was meant', async () => {
    const late = plane.databases().find(({ name }) => name === 'late');
    const detach = (database_uid: string | null): CommandPart => ({
      kind: 'detach',
      arguments: { attach_id: null, database_id: late?.id ?? null, database_uid, db_name: 'late' },
    });
    await plane.send(command('c-other', detach('the uid of another')));
    await answered('c-other');
    expect(answersTo('c-other')[0]?.body).toMatchObject({ result: { detached: false } });
    expect(plane.databases()).toContainEqual(late);
    await plane.send(command('c-meant', detach(late?.uid ?? null)));
    await answered('c-meant');
    expect(answersTo('c-meant')[0]?.body).toMatchObject({ result: { detached: true } });
    expect(plane.databases().map(({ id }) => id)).not.toContain(late?.id);
  });

  it('wrote neither token nor credentials to its log', () => {
    expect(agent.log()).not.toContain(plane.token);
    expect(agent.log()).not.toContain('test-secret-of-the-queue');
  });
});
