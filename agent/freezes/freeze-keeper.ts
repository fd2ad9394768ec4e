import { AgentFailure, messageOf } from '../failure.ts';
import type { FreezeEnd, FrozenDatabase } from '../engines/engine.ts';
import type { Log } from '../logging/log.ts';
import type { FreezeJournal } from './freeze-journal.ts';
import type { MonotonicClock } from './monotonic-clock.ts';

export interface FreezeRequest {
  readonly freezeId: string;
  readonly maxSeconds: number;
  /** Each is frozen by calling it. All or none: when one fails, the others are released. */
  readonly databases: readonly { readonly id: string; readonly freeze: () => Promise<FrozenDatabase> }[];
}

export type RestorePoints = readonly { readonly id: string; readonly restore_point: string }[];

/** Holds what is frozen, and ends it by itself when nobody thaws in time. */
export interface FreezeKeeper {
  /**
   * Freezes all databases. A freeze in force under that id is answered again. At most `maxSeconds` after the first
   * database froze everything is thawed, whatever happens.
   * @throws AgentFailure FREEZE_FAILED or what the engine said; then nothing is frozen.
   */
  freeze(request: FreezeRequest): Promise<RestorePoints>;
  /** Ends a freeze and says whether it was held; never throws, an unknown id was not held. */
  thaw(freezeId: string): Promise<FreezeEnd>;
  /** Whether a freeze in force holds the database of this id. */
  holds(databaseId: string): boolean;
  /** Ends every freeze, because the agent stops. */
  endAll(reason: string): Promise<void>;
}

interface FreezeInForce {
  readonly points: RestorePoints;
  readonly frozen: readonly FrozenDatabase[];
  readonly deadlineMs: number;
  readonly callOff: () => void;
}

export interface FreezeKeeperParts {
  readonly clock: MonotonicClock;
  readonly journal: FreezeJournal;
  readonly log: Log;
  /** Unix seconds. */
  readonly now: () => number;
}

export function createFreezeKeeper({ clock, journal, log, now }: FreezeKeeperParts): FreezeKeeper {
  const inForce = new Map<string, FreezeInForce>();

  const recordEnd = async (freezeId: string, end: FreezeEnd): Promise<FreezeEnd> => {
    const entry = await journal.read(freezeId);
    if (entry) await journal.write(freezeId, { ...entry, ended: true, reason: end.held ? 'thawed' : end.reason });
    return end;
  };
  /** `why` overrides what the engines find: a freeze past its time was not held even if all sessions live. */
  const end = async (freezeId: string, freeze: FreezeInForce, why: string): Promise<FreezeEnd> => {
    inForce.delete(freezeId);
    freeze.callOff();
    const ends = await Promise.all(freeze.frozen.map((database) => database.release()));
    const broken = ends.find(({ held }) => !held);
    const reason = why || (broken?.reason ?? '');
    return recordEnd(freezeId, { held: reason === '', reason });
  };
  const lapse = (freezeId: string, maxSeconds: number): void => {
    const freeze = inForce.get(freezeId);
    if (!freeze) return;
    end(freezeId, freeze, `it lapsed after ${maxSeconds} seconds`).then(
      ({ reason }) => log.warn('freeze.lapsed', { freeze_id: freezeId, reason }),
      (error: unknown) => log.error('freeze.end-not-recorded', { freeze_id: freezeId, error: messageOf(error) }),
    );
  };

  return {
    freeze: async ({ freezeId, maxSeconds, databases }) => {
      const already = inForce.get(freezeId);
      if (already) return already.points;
      await journal.write(freezeId, {
        freeze_id: freezeId,
        database_ids: databases.map(({ id }) => id),
        begun_ts: now(),
        ended: false,
        reason: '',
      });
      try {
        const freeze = await freezeAll(databases, clock);
        const deadlineMs = freeze.sinceMs + maxSeconds * 1000;
        const callOff = clock.after(Math.max(0, deadlineMs - clock.nowMs()), () => lapse(freezeId, maxSeconds));
        inForce.set(freezeId, { points: freeze.points, frozen: freeze.frozen, deadlineMs, callOff });
        return freeze.points;
      } catch (error) {
        await recordEnd(freezeId, { held: false, reason: messageOf(error) });
        throw error;
      }
    },
    thaw: async (freezeId) => {
      const freeze = inForce.get(freezeId);
      // A process that was held still past the deadline has not run its timer yet: the clock decides.
      if (freeze) return end(freezeId, freeze, clock.nowMs() >= freeze.deadlineMs ? 'it lapsed before the thaw' : '');
      const past = await journal.read(freezeId);
      if (!past) return { held: false, reason: 'this agent knows no such freeze' };
      return { held: false, reason: past.reason === 'thawed' ? 'it was thawed before' : past.reason };
    },
    holds: (databaseId) => [...inForce.values()].some(({ points }) => points.some(({ id }) => id === databaseId)),
    endAll: async (reason) => {
      await Promise.all([...inForce].map(([freezeId, freeze]) => end(freezeId, freeze, reason)));
    },
  };
}

/** Freezes all at once and tells when the first was frozen; when one fails, releases those that succeeded. */
async function freezeAll(
  databases: FreezeRequest['databases'],
  clock: MonotonicClock,
): Promise<{ readonly sinceMs: number; readonly points: RestorePoints; readonly frozen: readonly FrozenDatabase[] }> {
  const attempts = await Promise.allSettled(
    databases.map(async ({ id, freeze }) => {
      const database = await freeze();
      return { id, database, atMs: clock.nowMs() };
    }),
  );
  const done = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
  const failed = attempts.find((attempt) => attempt.status === 'rejected');
  if (failed) {
    await Promise.all(done.map(({ database }) => database.release()));
    throw failed.reason instanceof AgentFailure
      ? failed.reason
      : new AgentFailure('FREEZE_FAILED', messageOf(failed.reason), failed.reason);
  }
  return {
    sinceMs: Math.min(...done.map(({ atMs }) => atMs)),
    points: done.map(({ id, database }) => ({ id, restore_point: database.restorePoint })),
    frozen: done.map(({ database }) => database),
  };
}
