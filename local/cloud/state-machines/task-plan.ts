/** What a Task state's Resource and Parameters ask for, in the two forms the embedded cloud runs. */
import type { AslState } from './asl-schema.ts';

export type TaskState = Extract<AslState, { Type: 'Task' }>;

export type TaskPlan =
  | { readonly kind: 'lambda'; readonly functionName: string }
  | {
      readonly kind: 'wait-for-token';
      readonly functionName: string;
      /** Where in the evaluated Parameters the token stands. */
      readonly tokenPath: readonly string[];
      readonly heartbeatSeconds: number | null;
      readonly timeoutSeconds: number | null;
    };

const lambdaArn = /^arn:aws:lambda:[^:]+:\d{12}:function:([A-Za-z0-9-_]+)(?::\$LATEST)?$/;
const waitingInvoke = 'arn:aws:states:::lambda:invoke.waitForTaskToken';

export const functionNameOf = (arn: string): string | null => lambdaArn.exec(arn)?.[1] ?? null;

/** Paths of every `"key.$": "$$.Task.Token"` in a payload template, without the `.$`. */
const tokenPaths = (template: unknown, at: readonly string[] = []): (readonly string[])[] => {
  if (typeof template !== 'object' || template === null) return [];
  return Object.entries(template).flatMap(([key, value]) =>
    key.endsWith('.$') && value === '$$.Task.Token' ? [[...at, key.slice(0, -2)]] : tokenPaths(value, [...at, key]),
  );
};

const literalFunctionName = (parameters: unknown): string | null => {
  if (typeof parameters !== 'object' || parameters === null || !('FunctionName' in parameters)) return null;
  const named = parameters.FunctionName;
  return typeof named === 'string' ? functionNameOf(named) : null;
};

const waitingPlan = (state: TaskState): TaskPlan | string => {
  const functionName = literalFunctionName(state.Parameters);
  if (functionName === null) return 'Parameters.FunctionName must be the ARN of a function';
  const [tokenPath, ...others] = tokenPaths(state.Parameters);
  if (tokenPath === undefined)
    return 'waitForTaskToken needs "$$.Task.Token" in its Parameters, or nobody could ever answer';
  if (others.length > 0) return '"$$.Task.Token" may stand only once in Parameters';
  return {
    kind: 'wait-for-token',
    functionName,
    tokenPath,
    heartbeatSeconds: state.HeartbeatSeconds ?? null,
    timeoutSeconds: state.TimeoutSeconds ?? null,
  };
};

/** The plan, or in words why there is none. */
export const planTask = (state: TaskState): TaskPlan | string => {
  if (state.Resource === waitingInvoke) return waitingPlan(state);
  const functionName = functionNameOf(state.Resource);
  if (functionName === null) return `Resource ${state.Resource} is neither a Lambda ARN nor ${waitingInvoke}`;
  return { kind: 'lambda', functionName };
};
