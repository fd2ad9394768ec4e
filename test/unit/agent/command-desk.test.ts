import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AgentCommand } from '../../../shared/contracts/agent.ts';
import type { Host } from '../../../agent/execution/host.ts';
import { recoverHost } from '../../../agent/execution/recover-host.ts';
import { swapDatabases } from '../../../agent/execution/swap-databases.ts';
import { type CommandJournal, openCommandJournal } from '../../../agent/journal/command-journal.ts';
import { createLog } from '../../../agent/logging/log.ts';
import { createCommandDesk } from '../../../agent/loop/command-desk.ts';
import { createInventoryTaker } from '../../../agent/loop/inventory.ts';
import { createLanes } from '../../../agent/loop/lanes.ts';
import { mortal } from './mortal-host.ts';
import { aHost, aMachine, givenStaged, type Machine, served, swapOf } from './swap-bed.ts';

let folder: string;
let machine: Machine;
let host: Host;
let answers: { readonly path: string; readonly body: unknown }[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprise-desk-'));
  machine = aMachine();
  host = await aHost(folder, machine);
  answers = [];
  await givenStaged(host);
});
afterEach(() => rm(folder, { recursive: true }));

const before = ['Two (6) at 20001: old-2', 'one (5) at 20000: old-1'];
const envelope = {
  version: 1,
  command_id: 'c',
  host_id: 'h',
  generation: 1,
  not_after_ts: 1000,
  heartbeat_seconds: 600,
} as const;
const command = (): AgentCommand => ({ ...envelope, kind: 'swap', arguments: swapOf(false) });
const detach: AgentCommand = {
  ...envelope,
  kind: 'detach',
  arguments: { attach_id: null, database_id: '5', database_uid: null, db_name: 'one' },
};

/** The desk of an agent that starts now, at that time (Unix seconds), under that registration. */
async function aDesk(nowSeconds: number, generation = 1) {
  const log = createLog(() => undefined);
  const journal = await openCommandJournal(folder, () => nowSeconds);
  const deskWith = (kept: CommandJournal) =>
    createCommandDesk({
      api: {
        post: (path, body) => {
          answers.push({ path, body });
          return Promise.resolve({ status: 204, body: null });
        },
        close: () => Promise.resolve(),
      },
      journal: kept,
      inventory: createInventoryTaker(host, folder, () => nowSeconds),
      log,
      stop: new AbortController().signal,
      host,
      lanes: createLanes(1),
      generation: () => generation,
      now: () => nowSeconds,
    });
  return { desk: deskWith(journal), deskWith, journal };
}

it.each([
  ['too late', 2000, 1],
  ['under a new registration', 900, 2],
])(
  'a swap that was cut off in the middle and is resumed %s is answered with what came of it',
  async (_when, now, generation) => {
    await (await aDesk(900)).journal.begin(command());
    // The first act after the exchange, which is the eighth, is the start of the new ones.
    await expect(swapDatabases(mortal(host, 8, 'before').host, swapOf(false))).rejects.toThrow();
    expect((await host.registry.read()).swaps[0]?.undo).toHaveLength(4);
    host = await aHost(folder, machine);
    await recoverHost(host);
    const { desk } = await aDesk(now, generation);
    await desk.resume();
    await desk.idle();
    expect(answers).toMatchObject([
      {
        path: expect.stringMatching(/success$/) as unknown,
        body: { result: { databases: [{ attach_id: 'attach-1' }, {}] } },
      },
    ]);
  },
);

it('a swap that had no effect is refused when it is too late', async () => {
  const { desk } = await aDesk(2000);
  await desk.accept(command());
  await desk.idle();
  expect(answers).toMatchObject([{ body: { error: { code: 'COMMAND_EXPIRED' } } }]);
  expect(await served(host, machine)).toEqual(before);
});

it('a swap of which nobody can say how it ended stays unanswered until somebody can', async () => {
  machine.broken.add('new-2').add('old-1');
  const first = await aDesk(900);
  await first.desk.accept(command());
  await first.desk.idle();
  expect(answers).toEqual([]);
  expect(await first.journal.unfinished()).toHaveLength(1);
  machine.broken.delete('old-1');
  host = await aHost(folder, machine);
  const next = await aDesk(900);
  await next.desk.resume();
  await next.desk.idle();
  expect(answers).toMatchObject([{ body: { error: { code: 'ENGINE_FAILED' } } }]);
  expect(await served(host, machine)).toEqual(before);
});

const tooLate = [
  ['too late', 2000, 1],
  ['under a new registration', 900, 2],
] as const;

it.each(tooLate)('a detach that was begun in time and is resumed %s is finished', async (_when, now, generation) => {
  const living = host;
  // The first thing it does is stopping the database; nothing of it is left when the registry is to forget it.
  host = mortal(living, 2, 'before').host;
  const { deskWith, journal } = await aDesk(900);
  // Whoever is killed writes no outcome either.
  const dying = deskWith({ ...journal, finish: () => Promise.reject(new Error('the agent is dead')) });
  await dying.accept(detach);
  await dying.idle();
  expect(answers).toEqual([]);
  expect(await served(living, machine)).toContain('one (5) at 20000: nothing');

  host = await aHost(folder, machine);
  const { desk } = await aDesk(now, generation);
  await desk.resume();
  await desk.idle();
  expect(answers).toMatchObject([{ body: { result: { detached: true } } }]);
  expect(await served(host, machine)).toEqual(['Two (6) at 20001: old-2']);
});

it.each(tooLate)('a detach that had not begun when the agent died is refused %s', async (_when, now, generation) => {
  const { desk, journal } = await aDesk(now, generation);
  await journal.begin(detach);
  await desk.resume();
  await desk.idle();
  expect(answers).toMatchObject([
    { body: { error: { code: generation === 1 ? 'COMMAND_EXPIRED' : 'STALE_GENERATION' } } },
  ]);
  expect(await served(host, machine)).toEqual(before);
});

it('a detach that was cut off and is delivered again before it is resumed is finished too', async () => {
  const { desk, journal } = await aDesk(2000);
  await journal.begin(detach);
  await journal.admit('c');
  await desk.accept(detach);
  await desk.idle();
  expect(answers).toMatchObject([{ body: { result: { detached: true } } }]);
});
