/** Errors as states see them: the interpreter matches `name` in Retry and Catch and gives `message` as the Cause. */

export class TaskFailure extends Error {
  constructor(error: string, cause: string) {
    super(cause);
    this.name = error;
  }
}

/** Ends a task whose execution is over: neither Retry nor Catch may act on it (the interpreter reads both fields). */
export class ExecutionOver extends Error {
  override readonly name = 'ExecutionOver';
  readonly isRetryable = false;
  readonly isCatchable = false;
}

/** What Lambda reports for an uncaught exception. */
export const lambdaFailure = (thrown: unknown): TaskFailure => {
  const errorType = thrown instanceof Error ? thrown.name : 'Error';
  const errorMessage = thrown instanceof Error ? thrown.message : String(thrown);
  return new TaskFailure(errorType, JSON.stringify({ errorMessage, errorType }));
};
