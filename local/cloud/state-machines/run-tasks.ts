/** Performs the Task states of one execution: a Lambda call, or a Lambda call and then somebody's report. */
import type { JsonValue } from './json-value.ts';
import { throughJson } from './json-value.ts';
import { ExecutionOver, lambdaFailure, TaskFailure } from './task-failure.ts';
import type { TaskPlan } from './task-plan.ts';
import type { TaskTokens } from './task-tokens.ts';

/** Rejects with what the function threw. */
export type InvokeFunction = (functionName: string, payload: unknown) => Promise<unknown>;

export interface TaskSurroundings {
  readonly invoke: InvokeFunction;
  readonly tokens: TaskTokens;
  readonly executionArn: string;
  /** Aborted when the execution is over, by whatever end. */
  readonly over: AbortSignal;
}

type Perform = (parameters: JsonValue) => Promise<JsonValue>;

/** The most one state may hand to the next, on AWS and here. */
const payloadLimitBytes = 262_144;

const limited = (value: unknown): JsonValue => {
  const json = throughJson(value);
  if (json.bytes <= payloadLimitBytes) return json.value;
  throw new TaskFailure(
    'States.DataLimitExceeded',
    `the task's result is ${json.bytes} bytes, over the limit of ${payloadLimitBytes}`,
  );
};

const callLambda = async ({ invoke }: TaskSurroundings, functionName: string, payload: unknown): Promise<unknown> => {
  try {
    return await invoke(functionName, payload);
  } catch (thrown) {
    throw lambdaFailure(thrown);
  }
};

const fieldOf = (value: unknown, field: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, field) : undefined;

const performWaiting = async (
  plan: Extract<TaskPlan, { kind: 'wait-for-token' }>,
  around: TaskSurroundings,
  parameters: JsonValue,
): Promise<JsonValue> => {
  const token = String(plan.tokenPath.reduce<unknown>(fieldOf, parameters));
  const parked = around.tokens.park(token, around.executionArn, plan.heartbeatSeconds);
  // The interpreter itself fails the state at TimeoutSeconds; the token must not outlive it.
  const deadline =
    plan.timeoutSeconds === null ? undefined : setTimeout(() => parked.close(), plan.timeoutSeconds * 1000).unref();
  try {
    // A report may come before the function returns, and a function that fails after it still fails the state.
    const [, output] = await Promise.all([
      callLambda(around, plan.functionName, fieldOf(parameters, 'Payload') ?? {}),
      parked.outcome,
    ]);
    return limited(output);
  } finally {
    clearTimeout(deadline);
    parked.close();
  }
};

const perform = async (plan: TaskPlan, around: TaskSurroundings, parameters: JsonValue): Promise<JsonValue> => {
  switch (plan.kind) {
    case 'lambda':
      return limited(await callLambda(around, plan.functionName, parameters));
    case 'wait-for-token':
      return performWaiting(plan, around, parameters);
  }
};

/** Rejects with ExecutionOver as soon as the execution ends, because nothing waits for the work any more. */
const unlessOver = (over: AbortSignal, work: () => Promise<JsonValue>): Promise<JsonValue> => {
  // The interpreter begins one more state, or one more try, after an abort: it must not act.
  if (over.aborted) return Promise.reject(new ExecutionOver('the execution is over'));
  return new Promise((resolve, reject) => {
    const abandon = (): void => reject(new ExecutionOver('the execution is over'));
    over.addEventListener('abort', abandon, { once: true });
    work()
      .then(resolve, reject)
      .finally(() => over.removeEventListener('abort', abandon));
  });
};

/** Handlers by state name, as the interpreter takes them. */
export const taskHandlers = (tasks: ReadonlyMap<string, TaskPlan>, around: TaskSurroundings): Record<string, Perform> =>
  Object.fromEntries(
    [...tasks].map(([state, plan]) => [
      state,
      (parameters: JsonValue) => unlessOver(around.over, () => perform(plan, around, parameters)),
    ]),
  );
