import { execFileSync } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CommandSuccess } from '../../../shared/contracts/agent.ts';
import { type AgentFixture, anAgent, until } from './agent-process.ts';
import { aCommand, aControlPlane, type CommandPart, type TestControlPlane } from './control-plane.ts';
import { binDir, connect, postmasterOf, snapshot } from './postgres-host.ts';

const password = 'a password of the superuser';
let plane: TestControlPlane;
let agent: AgentFixture;

beforeAll(async () => {
  plane = await aControlPlane();
  agent = await anAgent(plane, { kind: 'postgres', bin_dir: binDir, stop_databases_on_exit: true });
  await mkdir(join(agent.devices, '1001'));
  agent.start();
}, 30_000);

afterAll(async () => {
  await agent.close();
  await plane.close();
}, 30_000);

async function resultOf(id: string, part: CommandPart): Promise<CommandSuccess['result']> {
  await plane.send(aCommand(plane, id, part));
  await until(`answer to ${id}`, () => plane.answers.some(({ commandId }) => commandId === id), agent.log);
  const body = plane.answers.find(({ commandId }) => commandId === id)?.body;
  if (!body || !('result' in body)) throw new Error(`${id} failed: ${JSON.stringify(body)}`);
  return body.result;
}

const processes = (): string => execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });

it('clones a real database, keeps it running over a kill -9, and detaches it', async () => {
  const passwordFile = join(dirname(agent.devices), 'password');
  await writeFile(passwordFile, `${password}\n`);
  const made = agent.cli(
    'create-database',
    '--name',
    'orders',
    '--volume',
    '1001',
    '--superuser-password-file',
    passwordFile,
  );
  const { id, port } = JSON.parse(made.stdout) as { id: string; port: number };
  const source = await connect(port, password);
  await source.query('CREATE TABLE rows AS SELECT generate_series(1, 1000) AS n');

  const frozen = await resultOf('freeze', {
    kind: 'freeze',
    arguments: { freeze_id: 'f1', databases: [{ id, name: 'orders' }], max_seconds: 30, force_vss: false },
  });
  const dataDirectory = join(agent.devices, '1001', 'data');
  await snapshot(agent.devices, [['1001', '2001']], await postmasterOf(dataDirectory));
  expect(await resultOf('thaw', { kind: 'thaw', arguments: { freeze_id: 'f1' } })).toMatchObject({ held: true });

  const restorePoint = (frozen['databases'] as { restore_point: string }[])[0]?.restore_point ?? '';
  expect(restorePoint).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/);
  const attached = await resultOf('attach', {
    kind: 'attach',
    arguments: {
      attach_id: 'a1',
      db_name: 'copy',
      vendor: 'postgres',
      target_state: 'online',
      staged: false,
      source: {
        database_id: id,
        database_name: 'orders',
        restore_point: restorePoint,
        volumes: [{ source_serial: '1001', serial: '2001' }],
      },
    },
  });
  const { connection } = attached['database'] as { connection: { port: number } };
  expect(plane.databases().map(({ name, status }) => [name, status])).toEqual([
    ['orders', 'ONLINE'],
    ['copy', 'ONLINE'],
  ]);

  const postmaster = await postmasterOf(join(agent.devices, '2001', 'data'));
  await agent.end('SIGKILL');
  const clone = await connect(connection.port, password);
  expect((await clone.query('SELECT count(*)::int AS count FROM rows')).rows).toEqual([{ count: 1000 }]);
  await clone.end();
  agent.start();
  const before = plane.inventories.length;
  await until('an inventory', () => plane.inventories.length > before, agent.log);
  expect(plane.databases().map(({ name, status }) => [name, status])).toEqual([
    ['orders', 'ONLINE'],
    ['copy', 'ONLINE'],
  ]);
  expect(await postmasterOf(join(agent.devices, '2001', 'data'))).toBe(postmaster);

  const detached = await resultOf('detach', {
    kind: 'detach',
    arguments: { attach_id: 'a1', database_id: null, database_uid: null, db_name: 'copy' },
  });
  expect(detached).toEqual({ detached: true });
  expect(processes()).not.toContain(join(agent.devices, '2001'));
  expect(await readdir(join(agent.devices, '2001'))).toEqual(['data']);

  await source.end();
  await agent.end('SIGTERM');
  expect(processes()).not.toContain(agent.devices);
  expect(agent.log()).not.toContain(password);
}, 60_000);
