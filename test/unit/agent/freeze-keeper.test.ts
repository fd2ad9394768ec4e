import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FreezeEnd, FrozenDatabase } from '../../../agent/engines/engine.ts';
import { AgentFailure } from '../../../agent/failure.ts';
import { type FreezeJournal, openFreezeJournal } from '../../../agent/freezes/freeze-journal.ts';
import { createFreezeKeeper, type FreezeKeeper } from '../../../agent/freezes/freeze-keeper.ts';
import type { MonotonicClock } from '../../../agent/freezes/monotonic-clock.ts';
import { createLog } from '../../../agent/logging/log.ts';

/** A clock that moves when told; timers run at their time unless the process is "held still". */
function aClock(): MonotonicClock & { advance(milliseconds: number, heldStill?: boolean): void } {
  let nowMs = 5000;
  const timers = new Set<{ atMs: number; work: () => void }>();
  return {
    nowMs: () => nowMs,
    after: (milliseconds, work) => {
      const timer = { atMs: nowMs + milliseconds, work };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance: (milliseconds, heldStill = false) => {
      nowMs += milliseconds;
      if (heldStill) return;
      for (const timer of timers) {
        if (timer.atMs <= nowMs) {
          timers.delete(timer);
          timer.work();
        }
      }
    },
  };
}

function aDatabase(end: FreezeEnd = { held: true, reason: '' }): FrozenDatabase & { released: number } {
  return {
    restorePoint: '0/100',
    released: 0,
    release() {
      this.released += 1;
      return Promise.resolve(end);
    },
  };
}

let stateDir: string;
let journal: FreezeJournal;
let clock: ReturnType<typeof aClock>;
let keeper: FreezeKeeper;

beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'reprise-freeze-'));
  journal = await openFreezeJournal(stateDir);
  clock = aClock();
  keeper = createFreezeKeeper({ clock, journal, log: createLog(() => undefined), now: () => 1_700_000_000 });
});
afterEach(() => rm(stateDir, { recursive: true }));

const freeze = (databases: readonly FrozenDatabase[], maxSeconds = 30) =>
  keeper.freeze({
    freezeId: 'f',
    maxSeconds,
    databases: databases.map((database, index) => ({ id: String(5 + index), freeze: () => Promise.resolve(database) })),
  });

describe('a freeze', () => {
  it('was held when it is thawed in time', async () => {
    const database = aDatabase();
    expect(await freeze([database])).toEqual([{ id: '5', restore_point: '0/100' }]);
    clock.advance(29_999);
    expect(await keeper.thaw('f')).toEqual({ held: true, reason: '' });
    expect(database.released).toBe(1);
    expect(await journal.read('f')).toMatchObject({ ended: true });
  });

  it('ends by itself when nobody thaws, and says so afterwards', async () => {
    const database = aDatabase();
    await freeze([database]);
    clock.advance(30_000);
    expect(database.released).toBe(1);
    await expect.poll(() => journal.read('f')).toMatchObject({ ended: true });
    expect(await keeper.thaw('f')).toEqual({ held: false, reason: 'it lapsed after 30 seconds' });
  });

  it('was not held when the agent itself was held still past the time', async () => {
    const database = aDatabase();
    await freeze([database]);
    clock.advance(31_000, true);
    expect(await keeper.thaw('f')).toEqual({ held: false, reason: 'it lapsed before the thaw' });
    expect(database.released).toBe(1);
  });

  it('was not held when one of its databases lost it', async () => {
    const databases = [aDatabase(), aDatabase({ held: false, reason: 'the session died' })];
    await freeze(databases);
    expect(await keeper.thaw('f')).toEqual({ held: false, reason: 'the session died' });
    expect(databases.map(({ released }) => released)).toEqual([1, 1]);
  });

  it('takes all or none', async () => {
    const frozen = aDatabase();
    const failing = keeper.freeze({
      freezeId: 'f',
      maxSeconds: 30,
      databases: [
        { id: '5', freeze: () => Promise.resolve(frozen) },
        { id: '6', freeze: () => Promise.reject(new AgentFailure('FREEZE_FAILED', 'no')) },
      ],
    });
    await expect(failing).rejects.toMatchObject({ code: 'FREEZE_FAILED' });
    expect(frozen.released).toBe(1);
    expect((await keeper.thaw('f')).held).toBe(false);
  });

  it('counts from the first database that froze', async () => {
    const slow = aDatabase();
    await keeper.freeze({
      freezeId: 'f',
      maxSeconds: 10,
      databases: [
        { id: '5', freeze: () => Promise.resolve(aDatabase()) },
        {
          id: '6',
          freeze: async () => {
            await new Promise(setImmediate);
            clock.advance(9000);
            return slow;
          },
        },
      ],
    });
    clock.advance(1000);
    expect(slow.released).toBe(1);
  });

  it('is answered again while in force, and not again after its end', async () => {
    await freeze([aDatabase()]);
    const second = aDatabase();
    expect(await freeze([second])).toEqual([{ id: '5', restore_point: '0/100' }]);
    await keeper.thaw('f');
    expect(await keeper.thaw('f')).toEqual({ held: false, reason: 'it was thawed before' });
    expect(second.released).toBe(0);
  });

  it('is unknown when it never was', async () => {
    expect(await keeper.thaw('never')).toEqual({ held: false, reason: 'this agent knows no such freeze' });
  });
});
