import type { Around } from './step-hooks.ts';
import type { World } from './world.ts';

/** StopExecution right after the step acted: neither its Catch nor anything after it runs. */
export const stopped =
  (world: World): Around =>
  async (run) => {
    const output = await run();
    world.engine.abort();
    return output;
  };
