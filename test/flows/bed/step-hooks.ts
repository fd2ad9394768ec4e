/** What happens around a call of a step's function, in place of the plain call. */
import type { FaultSwitch } from './fault-switch.ts';

export type StepOutput = Readonly<Record<string, unknown>>;
export type Around = (run: () => Promise<StepOutput>) => Promise<StepOutput>;

/** Name to hook in place of a step's: the instant at which a step writes its next effect into the journal. */
export const beforeIntent = 'intend';

export interface StepHooks {
  /** For the next call of the step; `times` for that many calls (Infinity: for all). */
  set(step: string, around: Around, times?: number): FaultSwitch;
  call(step: string, run: () => Promise<StepOutput>): Promise<StepOutput>;
}

export const createStepHooks = (): StepHooks => {
  const hooks: { readonly step: string; readonly around: Around; left: number; fired: boolean }[] = [];
  return {
    set: (step, around, times = 1) => {
      const hook = { step, around, left: times, fired: false };
      hooks.push(hook);
      return { fired: () => hook.fired };
    },
    call: (step, run) => {
      const hook = hooks.find((one) => one.step === step && one.left > 0);
      if (hook === undefined) return run();
      hook.left -= 1;
      hook.fired = true;
      return hook.around(run);
    },
  };
};

/** An error nobody retries, as a bug in a step or a crash of its function would be. */
class PlantedError extends Error {
  override readonly name = 'Planted';
}

const planted = (when: string): PlantedError => new PlantedError(`a fault was planted ${when} this step`);

export const failBefore: Around = () => Promise.reject(planted('before'));

export const failAfter: Around = async (run) => {
  await run();
  throw planted('after');
};

export const twice: Around = async (run) => {
  await run();
  return await run();
};
