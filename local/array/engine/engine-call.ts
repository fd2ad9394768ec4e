import type { Midway } from '../bytes/disk.ts';
import type { Caller } from '../resources/definition.ts';

/** Who asks the engine for a change, and what else belongs to that one request. */
export interface EngineCall extends Caller {
  /** Runs between the bytes and the records of a creation; nothing when left out. */
  readonly midway?: Midway;
}
