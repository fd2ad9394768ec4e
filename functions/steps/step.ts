/**
 * A step of a flow: what one Task state runs. The runner around it loads the task, refuses a step of a superseded
 * attempt, and stops before acting when the task is being canceled.
 */
import * as z from 'zod/mini';
import { DomainError } from '../../shared/domain/errors.ts';
import type { Task } from '../../shared/domain/task.ts';
import type { AgentsPort } from '../../shared/ports/agents.ts';
import type { Arrays } from '../../shared/ports/arrays.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { FlowsPort } from '../../shared/ports/flows.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { Store } from '../../shared/ports/store.ts';

export interface StepSettings {
  /** The agent must be heard from this often while it works on a command. */
  readonly agentHeartbeatSeconds: number;
  /** Longest time a command may take before it is begun. */
  readonly agentCommandTimeoutSeconds: number;
  /** The dead man's switch of a freeze. */
  readonly freezeMaxSeconds: number;
}

export interface StepDeps {
  readonly store: Store;
  readonly flows: FlowsPort;
  readonly agents: AgentsPort;
  readonly arrays: Arrays;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: StepSettings;
}

/** What every step gets; waiting steps get the task token too. */
export const stepInput = { request_id: z.string(), attempt: z.int() };
export const StepInput = z.object(stepInput);
export const WaitingStepInput = z.object({ ...stepInput, token: z.string() });

type Output = Readonly<Record<string, unknown>>;

export interface Step<INPUT extends z.infer<typeof StepInput>, NEEDS extends keyof StepDeps> {
  readonly name: string;
  readonly input: z.ZodMiniType<INPUT>;
  /** `forward` steps stop for a cancel; `unwind` steps never do. */
  readonly phase: 'forward' | 'unwind';
  readonly needs: readonly NEEDS[];
  readonly run: (deps: Pick<StepDeps, NEEDS>, task: Task, input: INPUT) => Promise<Output>;
}

/** Infers the types of a step from its table. */
export const defineStep = <INPUT extends z.infer<typeof StepInput>, NEEDS extends keyof StepDeps>(
  step: Step<INPUT, NEEDS>,
): Step<INPUT, NEEDS> => step;

function assertMayAct(task: Task, step: { readonly phase: string }, attempt: number): void {
  if (task.attempt !== attempt) {
    throw new DomainError('StaleAttempt', `attempt ${String(attempt)} was superseded by ${String(task.attempt)}`);
  }
  if (step.phase === 'forward' && task.cancelRequested && !task.pastPointOfNoReturn) {
    throw new DomainError('TaskCanceled', 'the task was canceled');
  }
}

const asText = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : String(error));

/** For the task's history. What goes wrong in noting it must not hide why the step failed, which is what flows act on. */
async function noteFailure(
  deps: Pick<StepDeps, 'store' | 'log'>,
  step: string,
  input: z.infer<typeof StepInput>,
  error: unknown,
): Promise<void> {
  const part = 'destination' in input ? String(input.destination) : '';
  // Words of ours are made to be read; a stranger's may hold anything, and are in the log.
  const detail = error instanceof DomainError ? error.message : 'a fault that the log names';
  try {
    await deps.store.noteFailedStep(input.request_id, input.attempt, step, part, detail);
  } catch (unnoted) {
    deps.log.warn('failure not noted', { step, request_id: input.request_id, error: asText(unnoted) });
  }
}

/** The function a Task state calls: `(event) => output`. Errors keep the domain's code as their name. */
export const runStep =
  <INPUT extends z.infer<typeof StepInput>, NEEDS extends keyof StepDeps>(
    step: Step<INPUT, NEEDS>,
    deps: Pick<StepDeps, NEEDS | 'store' | 'log'>,
  ) =>
  async (event: unknown): Promise<Output> => {
    const input = step.input.parse(event);
    const task = await deps.store.getTask(input.request_id);
    if (task === undefined) throw new DomainError('NotFound', `task '${input.request_id}' not found`);
    const fields = { step: step.name, request_id: task.requestId, attempt: input.attempt, ref_id: task.refId };
    try {
      assertMayAct(task, step, input.attempt);
      const output = await step.run(deps, task, input);
      deps.log.info('step done', fields);
      return output;
    } catch (error) {
      deps.log.warn('step failed', { ...fields, error: asText(error) });
      await noteFailure(deps, step.name, input, error);
      throw error;
    }
  };
