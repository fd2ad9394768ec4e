/** The interpreter's events, as GetExecutionHistory words them, and the counts the bench reads. */
import type { StateMachine } from 'aws-local-stepfunctions';
import { jsonText } from './json-value.ts';
import type { TaskPlan } from './task-plan.ts';

type EventsOf<T> = T extends AsyncGenerator<infer E> ? E : never;
export type InterpreterEvent = EventsOf<ReturnType<StateMachine['run']>['eventLogs']>;

export interface HistoryEvent {
  readonly id: number;
  readonly previousEventId: number;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly type: string;
  readonly [details: string]: unknown;
}

export interface ExecutionCounts {
  /** States entered, iterations included. */
  transitions: number;
  retries: number;
  /** UTF-8 bytes of all inputs of states entered. */
  payloadBytes: number;
  largestPayloadBytes: number;
}

type Wording = readonly [type: string, details?: Readonly<Record<string, unknown>>];

const causeText = (cause: unknown): string =>
  cause instanceof Error ? cause.message : typeof cause === 'string' ? cause : (jsonText(cause) ?? '');

const failedWording = (
  event: Extract<InterpreterEvent, { type: 'StateFailed' }>,
  tasks: ReadonlyMap<string, TaskPlan>,
): Wording | null => {
  const details = { error: event.Error, cause: causeText(event.Cause) };
  switch (event.state.type) {
    case 'Task':
      return tasks.get(event.state.name)?.kind === 'wait-for-token'
        ? [
            'TaskFailed',
            { taskFailedEventDetails: { resourceType: 'lambda', resource: 'invoke.waitForTaskToken', ...details } },
          ]
        : ['LambdaFunctionFailed', { lambdaFunctionFailedEventDetails: details }];
    case 'Map':
      return ['MapStateFailed'];
    case 'Parallel':
      return ['ParallelStateFailed'];
    case 'Pass':
    case 'Wait':
    case 'Choice':
    case 'Succeed':
    case 'Fail':
      return null;
  }
};

const wordingOf = (event: InterpreterEvent, tasks: ReadonlyMap<string, TaskPlan>): Wording | null => {
  switch (event.type) {
    case 'StateEntered':
      return [
        `${event.state.type}StateEntered`,
        { stateEnteredEventDetails: { name: event.state.name, input: JSON.stringify(event.state.input) } },
      ];
    case 'StateExited':
      return [
        `${event.state.type}StateExited`,
        { stateExitedEventDetails: { name: event.state.name, output: JSON.stringify(event.state.output ?? null) } },
      ];
    case 'StateFailed':
      return failedWording(event, tasks);
    case 'MapIterationStarted':
    case 'MapIterationSucceeded':
    case 'MapIterationFailed': {
      const key = `${event.type.slice(0, 1).toLowerCase()}${event.type.slice(1)}EventDetails`;
      return [event.type, { [key]: { name: event.parentState.name, index: event.index } }];
    }
    // AWS has no such events (branches, Retry, Catch), or the record words them itself (the execution's start and end).
    case 'ParallelBranchStarted':
    case 'ParallelBranchSucceeded':
    case 'ParallelBranchFailed':
    case 'StateRetried':
    case 'StateCaught':
    case 'ExecutionStarted':
    case 'ExecutionSucceeded':
    case 'ExecutionFailed':
    case 'ExecutionAborted':
    case 'ExecutionTimeout':
      return null;
  }
};

export class ExecutionHistory {
  readonly counts: ExecutionCounts = { transitions: 0, retries: 0, payloadBytes: 0, largestPayloadBytes: 0 };
  #events: HistoryEvent[] = [];
  readonly #tasks: ReadonlyMap<string, TaskPlan>;

  constructor(tasks: ReadonlyMap<string, TaskPlan>) {
    this.#tasks = tasks;
  }

  get events(): readonly HistoryEvent[] {
    return this.#events;
  }

  add(type: string, details: Readonly<Record<string, unknown>> = {}, timestamp = Date.now() / 1000): void {
    const id = this.#events.length + 1;
    this.#events.push({ ...details, id, previousEventId: id - 1, timestamp, type });
  }

  record(event: InterpreterEvent): void {
    this.#count(event);
    const wording = wordingOf(event, this.#tasks);
    if (wording !== null) this.add(wording[0], wording[1], event.timestamp / 1000);
  }

  /** Keeps the counts and lets go of the events, the part that weighs. */
  forgetEvents(): void {
    this.#events = [];
  }

  #count(event: InterpreterEvent): void {
    if (event.type === 'StateRetried') this.counts.retries += 1;
    if (event.type !== 'StateEntered') return;
    const bytes = Buffer.byteLength(jsonText(event.state.input) ?? '');
    this.counts.transitions += 1;
    this.counts.payloadBytes += bytes;
    this.counts.largestPayloadBytes = Math.max(this.counts.largestPayloadBytes, bytes);
  }
}
