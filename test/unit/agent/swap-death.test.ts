import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { recoverHost } from '../../../agent/execution/recover-host.ts';
import { swapDatabases } from '../../../agent/execution/swap-databases.ts';
import { AgentFailure } from '../../../agent/failure.ts';
import { mortal } from './mortal-host.ts';
import { aHost, aMachine, givenStaged, served, swapOf } from './swap-bed.ts';

const old = ['Two (6) at 20001: old-2', 'one (5) at 20000: old-1'];
const replaced = ['Two (6) at 20001: new-2', 'one (5) at 20000: new-1'];
const besideBackups = [
  'Two (8) at 20001: new-2',
  'one (7) at 20000: new-1',
  'one_bkp (5) at 20002: old-1',
  'two_bkp (6) at 20003: old-2',
];

interface Fate {
  readonly when: 'before' | 'after';
  /** The machine goes down with its agent. */
  readonly reboots: boolean;
  readonly backups: boolean;
  /** One of the new databases does not start. */
  readonly fails: boolean;
}

/**
 * Lets the agent die at its `at`th act during a swap, then at its `atNext`th act of putting the host in order, starts it
 * again, and carries the swap out again. Says which of the two came to its end before that act, if any.
 */
async function dieAndGoOn(
  at: number,
  atNext: number,
  { when, reboots, backups, fails }: Fate,
): Promise<'swap' | 'recovery' | null> {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-death-'));
  try {
    const machine = aMachine();
    const living = await aHost(folder, machine);
    await givenStaged(living);
    if (fails) machine.broken.add('new-2');
    const dying = mortal(living, at, when);
    const end: unknown = await swapDatabases(dying.host, swapOf(backups)).catch((error: unknown) => error);
    if (dying.steps() < at) return 'swap';
    // Whoever is killed says nothing, and least of all that all is as before.
    expect(end).not.toBeInstanceOf(AgentFailure);

    const done = backups ? besideBackups : replaced;
    const names = (await living.registry.read()).databases
      .filter(({ state }) => state === 'managed')
      .map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['one', 'Two']));
    expect(new Set(names).size).toBe(names.length);

    if (reboots) machine.running.clear();
    const dyingAgain = mortal(await aHost(folder, machine), atNext, when);
    await Promise.allSettled([recoverHost(dyingAgain.host)]);
    if (reboots) machine.running.clear();
    const restarted = await aHost(folder, machine);
    await recoverHost(restarted);
    expect([old, done]).toContainEqual(await served(restarted, machine));
    if (fails) expect(await served(restarted, machine)).toEqual(old);
    expect((await restarted.registry.read()).databases.map(({ state }) => state)).not.toContain('replaced');

    const again = await swapDatabases(restarted, swapOf(backups)).catch((error: unknown) => error);
    if (fails) expect(again).toMatchObject({ name: 'ENGINE_FAILED' });
    else expect(again).toMatchObject([{ attach_id: 'attach-1' }, { attach_id: 'attach-2' }]);
    expect(await served(restarted, machine)).toEqual(fails ? old : done);

    const { databases, swaps } = await restarted.registry.read();
    expect(swaps).toMatchObject([{ swap_id: 'swap', undo: [] }]);
    expect(databases.filter(({ state }) => state !== 'managed').map(({ state }) => state)).toEqual(
      fails ? ['staged', 'staged'] : [],
    );
    expect(machine.running.size).toBe(backups && !fails ? 4 : 2);
    return dyingAgain.steps() < atNext ? 'recovery' : null;
  } finally {
    await rm(folder, { recursive: true });
  }
}

const fates: readonly Fate[] = [false, true].flatMap((fails) =>
  [false, true].flatMap((backups) => [
    { when: 'before', reboots: false, backups, fails },
    { when: 'after', reboots: true, backups, fails },
  ]),
);

it.each(fates)('an agent that dies at anything it does in a swap leaves every name a database: %j', async (fate) => {
  let at = 1;
  while ((await dieAndGoOn(at, 1000, fate)) !== 'swap') at += 1;
  // Writes: attempt, what ran, exchange, and keeping it or putting it back; besides, four stops and two starts.
  expect(at).toBeGreaterThan(10);
});

it.each(fates.filter(({ when }) => when === 'after'))(
  'and so does one that dies again at its start: %j',
  async (fate) => {
    // Acts 7 to 9 are the exchange of the places and the first starts after it.
    for (const at of [7, 9]) {
      let atNext = 1;
      while ((await dieAndGoOn(at, atNext, fate)) !== 'recovery') atNext += 1;
      expect(atNext).toBeGreaterThan(3);
    }
  },
);
