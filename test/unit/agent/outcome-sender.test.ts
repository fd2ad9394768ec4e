import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { agentPaths, type DatabaseReport } from '../../../shared/contracts/agent.ts';
import { openCommandJournal, type CommandJournal, type Outcome } from '../../../agent/journal/command-journal.ts';
import { createLog } from '../../../agent/logging/log.ts';
import { chunked } from '../../../agent/loop/inventory.ts';
import { sendOutcome } from '../../../agent/loop/outcome-sender.ts';

const maxBodyBytes = 256 * 1024;
const success = agentPaths.commandSuccess('c');

let folder: string;
let journal: CommandJournal;
let posts: { readonly path: string; readonly body: unknown }[];
let stop: AbortController;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprise-outcome-'));
  journal = await openCommandJournal(folder, () => 1);
  await journal.begin({
    version: 1,
    command_id: 'c',
    host_id: 'h',
    generation: 1,
    not_after_ts: 10,
    heartbeat_seconds: 5,
    kind: 'rescan',
    arguments: {},
  });
  posts = [];
  stop = new AbortController();
});
afterEach(() => rm(folder, { recursive: true }));

const databaseOf = (index: number, pathLength: number): DatabaseReport => ({
  id: String(index + 5),
  name: `d${index}`,
  vendor: 'mssql',
  status: 'ONLINE',
  files: [],
  mount_points: [{ kind: 'disk', path: 'ü'.repeat(pathLength / 2), serial: '1' }],
});
const databases = (count: number, bytesEach: number): readonly DatabaseReport[] =>
  Array.from({ length: count }, (_, index) => databaseOf(index, bytesEach));

/** Answers a command of that outcome from a host with these databases. */
async function send(
  outcome: Outcome,
  onHost: readonly DatabaseReport[],
  statusOf: (path: string) => number = () => 204,
): Promise<void> {
  const parts = {
    api: {
      post: (path: string, body: unknown) => {
        posts.push({ path, body });
        return Promise.resolve({ status: statusOf(path), body: null });
      },
      close: () => Promise.resolve(),
    },
    journal,
    inventory: { take: () => Promise.resolve(chunked(onHost, 7)) },
    log: createLog(() => undefined),
    stop: stop.signal,
  };
  await sendOutcome(parts, 'c', outcome);
}
const bodyBytes = (): readonly number[] => posts.map(({ body }) => Buffer.byteLength(JSON.stringify(body)));

it('carries an inventory that fits', async () => {
  await send({ ok: true, result: { detached: true } }, databases(2, 100));
  expect(posts).toEqual([
    { path: success, body: { result: { detached: true }, inventory: chunked(databases(2, 100), 7)[0] } },
  ]);
});

it('comes after an inventory that does not fit one body, in bodies the control plane takes', async () => {
  // Few databases, but more bytes than a body may have.
  await send({ ok: true, result: {} }, databases(30, 10_000));
  expect(posts.map(({ path }) => path)).toEqual([
    agentPaths.inventory,
    agentPaths.inventory,
    agentPaths.inventory,
    success,
  ]);
  expect(posts.at(-1)?.body).toEqual({ result: {} });
  expect(Math.max(...bodyBytes())).toBeLessThanOrEqual(maxBodyBytes);
});

it('comes after an inventory that fits a body, but not together with a large result', async () => {
  const result = { databases: databases(20, 9_000) };
  await send({ ok: true, result }, databases(10, 10_000));
  expect(posts).toMatchObject([
    { path: agentPaths.inventory, body: { chunk: 0, chunks: 1 } },
    { path: success, body: { result } },
  ]);
  expect(posts[1]?.body).not.toHaveProperty('inventory');
  expect(Math.max(...bodyBytes())).toBeLessThanOrEqual(maxBodyBytes);
});

it('is a failure as small as a success', async () => {
  await send({ ok: false, error: { code: 'ENGINE_FAILED', message: 'm' } }, databases(30, 10_000));
  expect(posts.at(-1)).toEqual({
    path: agentPaths.commandFailure('c'),
    body: { error: { code: 'ENGINE_FAILED', message: 'm' } },
  });
  expect(posts).toHaveLength(4);
  expect(await journal.unanswered()).toEqual([]);
});

it('does not go, and is kept, when the agent stops before its inventory is taken', async () => {
  const outcome: Outcome = { ok: true, result: {} };
  const entry = await journal.find('c');
  if (!entry) throw new Error('the command was begun');
  await journal.finish(entry.command, outcome);
  await send(outcome, databases(30, 10_000), (path) => {
    if (path === agentPaths.inventory) stop.abort();
    return path === agentPaths.inventory ? 503 : 204;
  });
  expect(posts.map(({ path }) => path)).toEqual([agentPaths.inventory]);
  expect(await journal.unanswered()).toHaveLength(1);
});

it('does not close an inventory of which a part was refused: what that part held would count as gone', async () => {
  await send({ ok: true, result: {} }, databases(30, 10_000), (path) => (path === agentPaths.inventory ? 422 : 204));
  expect(posts).toMatchObject([{ path: agentPaths.inventory, body: { chunk: 0, chunks: 3 } }, { path: success }]);
  expect(await journal.unanswered()).toEqual([]);
});
