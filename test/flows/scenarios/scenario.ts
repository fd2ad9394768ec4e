/** What a law needs to know of a flow besides its table: how it is asked for, and what stands when it is done. */
import type { Task } from '../../../shared/domain/task.ts';
import type { FaultSwitch } from '../bed/fault-switch.ts';
import type { World } from '../bed/world.ts';

export interface Scenario {
  readonly flow: string;
  /** Brings the world to where the flow may be asked for; what stands then is the clean slate. */
  prepare(world: World): Promise<void>;
  /** Asks for it; the task's request id, as soon as it is recorded. */
  ask(world: World): Promise<string>;
  /** Circumstances under which a state off the way is entered; none for the others. */
  routes: Readonly<Record<string, (world: World) => readonly FaultSwitch[]>>;
  /** Lines that come and go when the flow succeeds; null for a flow that never does. */
  readonly done: ((world: World, task: Task) => Promise<{ readonly come: readonly string[]; readonly gone: readonly string[] }>) | null;
  /** State of the task when nothing goes wrong. */
  readonly endsAs: Task['state'];
}
