import type { Engine } from '../engines/engine.ts';
import type { FreezeJournal } from '../freezes/freeze-journal.ts';
import type { FreezeKeeper } from '../freezes/freeze-keeper.ts';
import type { DeviceRoot } from '../host/device-root.ts';
import type { Log } from '../logging/log.ts';
import type { Registry } from '../registry/registry.ts';

/** Everything of this host that commands act on. */
export interface Host {
  readonly engine: Engine;
  readonly registry: Registry;
  readonly deviceRoot: DeviceRoot;
  readonly freezes: FreezeKeeper;
  readonly freezeJournal: FreezeJournal;
  readonly log: Log;
  /** Whether a database that a swap replaces may go on under another name. */
  readonly mayKeepBackups: boolean;
  /** Whether databases may be frozen by VSS. */
  readonly hasVssProvider: boolean;
}
