import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AgentCommand } from '../../../shared/contracts/agent.ts';
import { openCommandJournal } from '../../../agent/journal/command-journal.ts';
import { isNotFound, writeDurably } from '../../../agent/journal/durable-file.ts';
import { tryLock, unlock, withFileLock } from '../../../agent/registry/file-lock.ts';
import { isAlive, ownIdentity } from '../../../agent/registry/process-identity.ts';
import { openRegistry } from '../../../agent/registry/registry.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprise-journal-'));
});
afterEach(() => rm(folder, { recursive: true }));

const day = 86_400;
const aCommand = (id: string): AgentCommand => ({
  version: 1,
  command_id: id,
  host_id: 'h',
  generation: 1,
  not_after_ts: 10,
  heartbeat_seconds: 5,
  kind: 'rescan',
  arguments: {},
});

describe('the command journal', () => {
  it('remembers over a restart what was begun, what was done, and what was answered', async () => {
    const before = await openCommandJournal(folder, () => 100);
    for (const id of ['begun', 'done', 'answered']) await before.begin(aCommand(id));
    await before.finish(aCommand('done'), { ok: true, result: { a: 1 } });
    await before.finish(aCommand('answered'), { ok: false, error: { code: 'ENGINE_FAILED', message: 'm' } });
    await before.answered('answered');

    const after = await openCommandJournal(folder, () => 200);
    expect((await after.unfinished()).map(({ command }) => command.command_id)).toEqual(['begun']);
    expect((await after.unanswered()).map(({ command }) => command.command_id)).toEqual(['done']);
    expect(await after.find('answered')).toMatchObject({ begun_ts: 100, answered: true, outcome: { ok: false } });
    expect(await after.find('never')).toBeNull();
  });

  it('keeps what it knows of a command that is begun again', async () => {
    const before = await openCommandJournal(folder, () => 100);
    await before.begin(aCommand('c'));
    expect(await before.find('c')).toMatchObject({ admitted: false });
    await before.admit('c');
    const after = await openCommandJournal(folder, () => 200);
    await after.begin(aCommand('c'));
    expect(await after.find('c')).toMatchObject({ begun_ts: 100, admitted: true, outcome: null });
  });

  it('takes any text as an id', async () => {
    const journal = await openCommandJournal(folder, () => 100);
    await journal.begin(aCommand('../../etc/passwd'));
    expect(await journal.find('../../etc/passwd')).not.toBeNull();
  });

  it('forgets old commands, but never an unanswered one', async () => {
    const old = await openCommandJournal(folder, () => 100);
    for (const id of ['answered', 'not']) {
      await old.begin(aCommand(id));
      await old.finish(aCommand(id), { ok: true, result: {} });
    }
    await old.answered('answered');
    const later = await openCommandJournal(folder, () => 100 + 15 * day);
    await later.prune();
    expect(await later.find('answered')).toBeNull();
    expect(await later.find('not')).not.toBeNull();
  });
});

describe('a durable file', () => {
  it('is replaced whole and leaves no drafts', async () => {
    await writeDurably(join(folder, 'file'), 'one');
    await writeDurably(join(folder, 'file'), 'two');
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('two');
    expect(await readdir(folder)).toEqual(['file']);
    const failure: unknown = await writeDurably(join(folder, 'none', 'file'), '').catch((error: unknown) => error);
    expect(isNotFound(failure)).toBe(true);
  });
});

describe('a lock file', () => {
  it('is held by one at a time', async () => {
    const path = join(folder, 'lock');
    let inside = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 5 }, () =>
        withFileLock(path, async () => {
          inside += 1;
          most = Math.max(most, inside);
          await new Promise(setImmediate);
          inside -= 1;
        }),
      ),
    );
    expect(most).toBe(1);
    expect(await readdir(folder)).toEqual([]);
  });

  it('of a process that is gone is taken over', async () => {
    const path = join(folder, 'lock');
    await writeFile(path, '999999999:1');
    expect(await tryLock(path)).toBe(false);
    expect(await tryLock(path)).toBe(true);
    expect(await readFile(path, 'utf8')).toBe(ownIdentity());
    await unlock(path);
    expect(await readdir(folder)).toEqual([]);
  });

  it('of a process whose pid was used again is not mistaken for a living one', () => {
    expect(isAlive(ownIdentity())).toBe(true);
    expect(isAlive(`${process.pid}:1`)).toBe(false);
  });
});

describe('the registry', () => {
  const wanted = (name: string, serial: string) => ({
    name,
    vendor: 'postgres' as const,
    attach_id: `attach-${name}`,
    target_state: 'online' as const,
    volumes: [{ kind: 'data' as const, serial }],
  });
  const port = (taken: ReadonlySet<number>) => Promise.resolve(taken.has(20_000) ? 20_001 : 20_000);

  it('gives ids from 5 upward and never twice, and ports not given yet', async () => {
    const registry = openRegistry(folder, () => 1);
    const first = await registry.reserve(wanted('a', '1'), port);
    const second = await registry.reserve(wanted('b', '2'), port);
    await registry.remove(second.id);
    const third = await openRegistry(folder, () => 1).reserve(wanted('b', '2'), port);
    expect([first.id, second.id, third.id]).toEqual(['5', '6', '7']);
    expect([first.port, third.port]).toEqual([20_000, 20_001]);
  });

  it('refuses a name that differs only in case, a volume in use, and an attach that was undone', async () => {
    const registry = openRegistry(folder, () => 1);
    await registry.reserve(wanted('Orders', '1'), port);
    await expect(registry.reserve(wanted('orders', '2'), port)).rejects.toMatchObject({ code: 'DB_NAME_IS_IN_USE' });
    await expect(registry.reserve(wanted('other', '1'), port)).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
    await registry.bury('attach-late');
    await expect(registry.reserve(wanted('late', '3'), port)).rejects.toMatchObject({ code: 'COMMAND_REVOKED' });
    expect((await registry.read()).databases).toHaveLength(1);
  });

  it('gives every database a uid that no other ever had', async () => {
    const registry = openRegistry(folder, () => 1);
    const first = await registry.reserve(wanted('a', '1'), port);
    await registry.remove(first.id);
    const second = await registry.reserve(wanted('a', '1'), port);
    expect(first.uid).toMatch(/^[0-9a-f-]{36}\.[0-9]+$/);
    expect(second.uid).not.toBe(first.uid);
    expect((await openRegistry(folder, () => 1).read()).databases[0]?.uid).toBe(second.uid);
  });

  it('gives the same uids again to records that an older agent wrote, also in a swap that is open', async () => {
    const registry = openRegistry(folder, () => 1);
    for (const name of ['a', 'b']) await registry.reserve(wanted(name, name), port);
    await registry.change(({ databases, swaps }) => {
      const undo = databases.map((database) => ({ ...database }));
      swaps.push({ swap_id: 's', attempt: 1, seen_ts: 1, ran: [], undo });
    });
    const before = (await registry.read()).databases.map(({ uid }) => uid);
    const path = join(folder, 'registry.json');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replaceAll(/ *"uid": "[^"]*",?\n/g, ''));

    const { databases, swaps } = await openRegistry(folder, () => 1).read();
    const uids = databases.map(({ uid }) => uid);
    expect(uids).toEqual(before);
    expect(swaps[0]?.undo.map(({ uid }) => uid)).toEqual(uids);
    await openRegistry(folder, () => 1).bury('any');
    expect((await openRegistry(folder, () => 1).read()).databases.map(({ uid }) => uid)).toEqual(uids);
  });

  it('gives them too when the first that happens is a change', async () => {
    const registry = openRegistry(folder, () => 1);
    await registry.reserve(wanted('a', '1'), port);
    const path = join(folder, 'registry.json');
    await writeFile(path, (await readFile(path, 'utf8')).replaceAll(/ *"uid": "[^"]*",?\n/g, ''));
    const uid = await registry.change(({ databases }) => databases[0]?.uid);
    expect(uid).toMatch(/^[0-9a-f-]{36}\.[0-9]+$/);
    expect((await registry.read()).databases[0]?.uid).toBe(uid);
  });
});
