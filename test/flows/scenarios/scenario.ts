/** What a law needs to know of a flow besides its table: how it is asked for, and what stands when it is done. */
import type { Task } from '../../../shared/domain/task.ts';
import type { FaultSwitch } from '../bed/fault-switch.ts';
import type { World } from '../bed/world.ts';

export interface Route {
  readonly plan: (world: World) => readonly FaultSwitch[];
  readonly endsAs: Task['state'];
}

export interface Scenario {
  readonly flow: string;
  /** Brings the world to where the flow may be asked for; what stands then is the clean slate. */
  prepare(world: World): Promise<void>;
  /** Asks for it; the task's request id, as soon as it is recorded. */
  ask(world: World): Promise<string>;
  /** How a state off the way is entered, and how the task ends then; one for each of them. */
  readonly routes: Readonly<Record<string, Route>>;
  /** Lines that come and go when the flow succeeds; null for a flow that never does. */
  readonly done:
    | ((world: World, task: Task) => Promise<{ readonly come: readonly string[]; readonly gone: readonly string[] }>)
    | null;
  /** State of the task when nothing goes wrong. */
  readonly endsAs: Task['state'];
}
