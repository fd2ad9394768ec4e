/** Makes the function of a step from its table and the makers of the ports it needs beyond store, clock and log. */
import type * as z from 'zod/mini';
import { type Environment, readEnvironment, TimingEnvironment } from '../../shared/config/environment.ts';
import { clockFrom, logFrom, storeFrom } from '../../shared/config/ports.ts';
import { runStep, type Step, type StepDeps, type StepInput, type StepSettings } from './step.ts';

type Provided = 'store' | 'clock' | 'log';
type Makers<NEEDS extends keyof StepDeps> = {
  readonly [PORT in Exclude<NEEDS, Provided>]: (
    environment: Environment,
    provided: Pick<StepDeps, Provided>,
  ) => StepDeps[PORT];
};

export const settingsFrom = (environment: Environment): StepSettings => {
  const timing = readEnvironment(TimingEnvironment, environment);
  return {
    agentHeartbeatSeconds: timing.AGENT_HEARTBEAT_SECONDS,
    agentCommandTimeoutSeconds: timing.AGENT_COMMAND_TIMEOUT_SECONDS,
    freezeMaxSeconds: timing.FREEZE_MAX_SECONDS,
  };
};

export const stepHandler =
  <INPUT extends z.infer<typeof StepInput>, NEEDS extends keyof StepDeps>(
    step: Step<INPUT, NEEDS>,
    makers: Makers<NEEDS>,
  ) =>
  (environment: Environment) => {
    const provided = { store: storeFrom(environment), clock: clockFrom(), log: logFrom(environment, step.name) };
    const made = Object.fromEntries(
      Object.entries<(from: Environment, provided: Pick<StepDeps, Provided>) => unknown>(makers).map(
        ([port, maker]) => [port, maker(environment, provided)],
      ),
    );
    // The compiler has checked that makers and provided ports together are what the step needs.
    const deps = { ...provided, ...made } as Pick<StepDeps, NEEDS | Provided>;
    return runStep(step, deps);
  };
