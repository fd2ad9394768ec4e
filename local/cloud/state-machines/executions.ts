/** Every execution this process knows: the running ones and a bounded number of finished ones. */
import { WireError } from '../wire/aws-json.ts';
import { Execution } from './execution.ts';
import type { LoadedMachine } from './load-machine.ts';
import type { InvokeFunction } from './run-tasks.ts';
import { TaskTokens } from './task-tokens.ts';

export interface ExecutionLimits {
  /** Finished executions that can still be described, and whose names are still taken. */
  readonly finishedKept: number;
  /** Of those, the newest ones that also keep their history. */
  readonly historiesKept: number;
}

const defaultLimits: ExecutionLimits = { finishedKept: 5_000, historiesKept: 1_000 };

const arnOf = (machine: LoadedMachine, name: string): string =>
  `${machine.arn.replace(':stateMachine:', ':execution:')}:${name}`;

export class Executions {
  readonly tokens: TaskTokens;
  /** Called when an execution starts and when it ends. */
  onStatusChange: (execution: Execution) => void = () => undefined;
  readonly #byArn = new Map<string, Execution>();
  readonly #finished: Execution[] = [];
  readonly #invoke: InvokeFunction;
  readonly #limits: ExecutionLimits;

  constructor(invoke: InvokeFunction, limits: ExecutionLimits = defaultLimits) {
    this.#invoke = invoke;
    this.#limits = limits;
    this.tokens = new TaskTokens((arn) => this.#byArn.has(arn));
  }

  /**
   * As AWS: the same name with the same input while running is the same execution; any other use of a known name is
   * ExecutionAlreadyExists.
   */
  start(machine: LoadedMachine, name: string, input: string): Execution {
    const arn = arnOf(machine, name);
    const known = this.#byArn.get(arn);
    if (known !== undefined) {
      if (known.status === 'RUNNING' && known.request.input === input) return known;
      throw new WireError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
    }
    const execution = new Execution(
      machine,
      { arn, name, input },
      {
        invoke: this.#invoke,
        tokens: this.tokens,
        onEnd: (ended) => this.#keepFinished(ended),
      },
    );
    this.#byArn.set(arn, execution);
    this.onStatusChange(execution);
    void execution.run();
    return execution;
  }

  find(arn: string): Execution {
    const execution = this.#byArn.get(arn);
    if (execution === undefined) throw new WireError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    return execution;
  }

  /** Newest first. */
  all(): Execution[] {
    return [...this.#byArn.values()].reverse();
  }

  stopAll(): void {
    for (const execution of this.#byArn.values())
      execution.stop('EmbeddedCloudStopped', 'the embedded cloud was stopped');
  }

  #keepFinished(execution: Execution): void {
    this.#finished.push(execution);
    this.#finished.at(-1 - this.#limits.historiesKept)?.history.forgetEvents();
    if (this.#finished.length > this.#limits.finishedKept) {
      const oldest = this.#finished.shift();
      if (oldest !== undefined) this.#byArn.delete(oldest.request.arn);
    }
    this.onStatusChange(execution);
  }
}
