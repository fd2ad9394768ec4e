/** One execution from start to end. */
import { ExecutionError, ExecutionTimeoutError } from 'aws-local-stepfunctions';
import { ExecutionHistory } from './execution-history.ts';
import { parseJson } from './json-value.ts';
import type { LoadedMachine } from './load-machine.ts';
import { type InvokeFunction, taskHandlers } from './run-tasks.ts';
import type { TaskTokens } from './task-tokens.ts';

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** How an execution ended; `error` and `cause` are absent where the definition gave none. */
export interface ExecutionEnd {
  readonly status: Exclude<ExecutionStatus, 'RUNNING'>;
  /** Seconds since 1970. */
  readonly stopDate: number;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
}

export interface ExecutionRequest {
  readonly arn: string;
  readonly name: string;
  /** JSON text. */
  readonly input: string;
}

interface Surroundings {
  readonly invoke: InvokeFunction;
  readonly tokens: TaskTokens;
  readonly onEnd: (execution: Execution) => void;
}

const errorAndCause = (error: string, cause: string): { error?: string; cause?: string } => ({
  ...(error === '' ? {} : { error }),
  ...(cause === '' ? {} : { cause }),
});

const endOf = (thrown: unknown): Omit<ExecutionEnd, 'stopDate'> => {
  if (thrown instanceof ExecutionTimeoutError) return { status: 'TIMED_OUT', error: 'States.Timeout' };
  const reason = thrown instanceof ExecutionError ? thrown.cause : thrown;
  if (!(reason instanceof Error)) return { status: 'FAILED', error: 'States.Runtime', cause: String(reason) };
  return { status: 'FAILED', ...errorAndCause(reason.name, reason.message) };
};

export class Execution {
  readonly request: ExecutionRequest;
  readonly machine: LoadedMachine;
  /** Seconds since 1970. */
  readonly startDate = Date.now() / 1000;
  readonly history: ExecutionHistory;
  #end: ExecutionEnd | null = null;
  readonly #over = new AbortController();
  readonly #around: Surroundings;
  #abort: () => void = () => undefined;

  constructor(machine: LoadedMachine, request: ExecutionRequest, around: Surroundings) {
    this.machine = machine;
    this.request = request;
    this.#around = around;
    this.history = new ExecutionHistory(machine.tasks);
  }

  get end(): ExecutionEnd | null {
    return this.#end;
  }

  get status(): ExecutionStatus {
    return this.#end?.status ?? 'RUNNING';
  }

  /** Resolves when it is over, however it ended; call once. */
  async run(): Promise<void> {
    const { arn, name, input } = this.request;
    const { tokens, invoke } = this.#around;
    this.history.add('ExecutionStarted', { executionStartedEventDetails: { input } }, this.startDate);
    const run = this.machine.interpreter.run(parseJson(input), {
      overrides: {
        taskResourceLocalHandlers: taskHandlers(this.machine.tasks, {
          invoke,
          tokens,
          executionArn: arn,
          over: this.#over.signal,
        }),
      },
      context: {
        Execution: { Id: arn, Name: name },
        StateMachine: { Id: this.machine.arn, Name: this.machine.name },
        // Read at each try of a Task, so that every try has a token of its own.
        Task: {
          get Token() {
            return tokens.issue(arn);
          },
        },
      },
    });
    this.#abort = run.abort;
    const recorded = this.#record(run.eventLogs);
    try {
      const output = await run.result;
      await recorded;
      this.#finish({ status: 'SUCCEEDED', output: JSON.stringify(output) });
    } catch (thrown) {
      await recorded;
      this.#finish(endOf(thrown));
    }
  }

  /** StopExecution; does nothing to an execution that is over. */
  stop(error = '', cause = ''): void {
    this.#finish({ status: 'ABORTED', ...errorAndCause(error, cause) });
    this.#abort();
  }

  async #record(events: ReturnType<LoadedMachine['interpreter']['run']>['eventLogs']): Promise<void> {
    for await (const event of events) {
      if (this.#end === null) this.history.record(event);
    }
  }

  #finish(end: Omit<ExecutionEnd, 'stopDate'>): void {
    if (this.#end !== null) return;
    this.#end = { ...end, stopDate: Date.now() / 1000 };
    const { status, stopDate, ...details } = this.#end;
    const words = { SUCCEEDED: 'Succeeded', FAILED: 'Failed', TIMED_OUT: 'TimedOut', ABORTED: 'Aborted' } as const;
    this.history.add(`Execution${words[status]}`, { [`execution${words[status]}EventDetails`]: details }, stopDate);
    this.#over.abort();
    this.#around.tokens.closeAllOf(this.request.arn);
    this.#around.onEnd(this);
  }
}
