import type { AgentCommand, DatabaseReport } from '../../shared/contracts/agent.ts';
import type { DatabaseRecord, DatabaseVolume } from '../registry/database-record.ts';

export type AttachArguments = Extract<AgentCommand, { kind: 'attach' }>['arguments'];
export type CopySource = AttachArguments['source'];

/** What ending a freeze found out: whether it was in force all the time, and if not, why. */
export interface FreezeEnd {
  readonly held: boolean;
  readonly reason: string;
}

/** A database held in a consistent state. */
export interface FrozenDatabase {
  /** The point a copy must at least reach; '' where the engine has none. */
  readonly restorePoint: string;
  /** Ends the freeze and tells the truth about it; never throws. */
  release(): Promise<FreezeEnd>;
}

/**
 * One database engine of this host. Every method throws AgentFailure when the engine says no; unless said otherwise
 * the code is ENGINE_FAILED.
 */
export interface Engine {
  readonly vendor: DatabaseRecord['vendor'];
  version(): Promise<string>;
  /** A TCP port for a new database, none of `taken`; null where the engine does not listen per database. */
  choosePort(taken: ReadonlySet<number>): Promise<number | null>;
  /**
   * Looks at copied volumes without changing them and says what lies on which (serials of the copies).
   * @throws AgentFailure LAYOUT_NOT_SUPPORTED when the volumes do not hold exactly one database of this engine.
   */
  inspectCopy(source: CopySource): Promise<readonly DatabaseVolume[]>;
  /** Makes a new, empty database on its volumes and starts it. @throws VolumeInUse when they are not empty. */
  create(database: DatabaseRecord, options: { readonly superuserPassword: string | null }): Promise<void>;
  /** Makes the copied volumes a database of their own, starts it, and checks that it reached the restore point. */
  attach(database: DatabaseRecord, source: CopySource): Promise<void>;
  /** Starts a database under the name and at the port of its record; one that runs is left alone. */
  start(database: DatabaseRecord): Promise<void>;
  /** Stops a database so that its volumes can go; one that is stopped, or whose volumes are gone, is fine. */
  stop(database: DatabaseRecord): Promise<void>;
  /** Stops a database and removes what the engine keeps about it outside its volumes. */
  discard(database: DatabaseRecord): Promise<void>;
  describe(database: DatabaseRecord): Promise<DatabaseReport>;
  /** @throws AgentFailure FREEZE_FAILED; then nothing is frozen. */
  freeze(
    database: DatabaseRecord,
    freeze: { readonly freezeId: string; readonly maxSeconds: number },
  ): Promise<FrozenDatabase>;
  /** Ends a freeze that an agent which is gone left behind, if there is one. */
  endLeftoverFreeze(database: DatabaseRecord): Promise<void>;
}
