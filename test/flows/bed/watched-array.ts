/** The array in memory, watched: what is asked of it in which step, and two laws that hold at every instant. */
import type { SdpMemory } from '../../../shared/adapters/sdp-memory/sdp-memory.ts';
import type { SdpPort } from '../../../shared/ports/sdp.ts';
import { aMemoryArray } from '../../builders/arrays.ts';

export interface ArrayWatch {
  /** Serials of disks that databases of any host lie on now. */
  readonly mountedSerials: () => readonly string[];
  /** Freezes in force on any host now. */
  readonly freezes: () => readonly string[];
}

export interface WatchedArray {
  readonly memory: SdpMemory;
  readonly port: SdpPort;
  /** Verbs asked since the start. */
  readonly verbs: readonly (keyof SdpPort)[];
  /** Freezes in force when a snapshot was made, by its name. */
  readonly takenUnder: ReadonlyMap<string, readonly string[]>;
  /** Views unmapped while a database was attached on them. */
  readonly violations: readonly string[];
}

export const createWatchedArray = (sdpId: string, now: () => number, watch: ArrayWatch): WatchedArray => {
  const memory = aMemoryArray(sdpId, now);
  const verbs: (keyof SdpPort)[] = [];
  const takenUnder = new Map<string, readonly string[]>();
  const violations: string[] = [];
  const noting =
    <ARGUMENTS extends readonly unknown[], RESULT>(
      verb: keyof SdpPort,
      act: (...given: ARGUMENTS) => Promise<RESULT>,
    ) =>
    (...given: ARGUMENTS): Promise<RESULT> => {
      verbs.push(verb);
      return act(...given);
    };
  const port: SdpPort = {
    describe: noting('describe', memory.describe),
    capacity: noting('capacity', memory.capacity),
    locateVolumes: noting('locateVolumes', memory.locateVolumes),
    ensureHost: noting('ensureHost', memory.ensureHost),
    ensureSnapshot: noting('ensureSnapshot', async (name, source) => {
      const before = memory.contents().snapshots.some((one) => one.name === name);
      const made = await memory.ensureSnapshot(name, source);
      if (!before) takenUnder.set(name, watch.freezes());
      return made;
    }),
    removeSnapshot: noting('removeSnapshot', memory.removeSnapshot),
    ensureView: noting('ensureView', memory.ensureView),
    removeView: noting('removeView', memory.removeView),
    ensureMapping: noting('ensureMapping', memory.ensureMapping),
    removeMappings: noting('removeMappings', (viewName) => {
      const view = memory.contents().views.find((one) => one.name === viewName);
      const mounted = view?.volumes.filter(({ serial }) => watch.mountedSerials().includes(serial)) ?? [];
      if (mounted.length > 0) violations.push(`view ${viewName} was unmapped under a database`);
      return memory.removeMappings(viewName);
    }),
  };
  return { memory, port, verbs, takenUnder, violations };
};
