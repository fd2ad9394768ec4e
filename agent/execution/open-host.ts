import type { Engine } from '../engines/engine.ts';
import { openFreezeJournal } from '../freezes/freeze-journal.ts';
import { createFreezeKeeper } from '../freezes/freeze-keeper.ts';
import { type MonotonicClock, systemMonotonicClock } from '../freezes/monotonic-clock.ts';
import type { DeviceRoot } from '../host/device-root.ts';
import type { Log } from '../logging/log.ts';
import { openRegistry } from '../registry/registry.ts';
import type { Host } from './host.ts';
import { unixSeconds } from '../host/unix-seconds.ts';

export interface HostParts {
  readonly stateDir: string;
  readonly deviceRoot: DeviceRoot;
  readonly engine: Engine;
  readonly log: Log;
  readonly clock?: MonotonicClock;
  readonly mayKeepBackups?: boolean;
  readonly hasVssProvider?: boolean;
}

/** Puts a host together over an existing state directory. */
export async function openHost({
  stateDir,
  deviceRoot,
  engine,
  log,
  clock = systemMonotonicClock,
  mayKeepBackups = true,
  hasVssProvider = false,
}: HostParts): Promise<Host> {
  const freezeJournal = await openFreezeJournal(stateDir);
  const freezes = createFreezeKeeper({ clock, journal: freezeJournal, log, now: unixSeconds });
  const registry = openRegistry(stateDir, unixSeconds);
  return { engine, registry, deviceRoot, freezes, freezeJournal, log, mayKeepBackups, hasVssProvider };
}
