/** The function host: Lambda handlers in this process, with time-outs, a context and a record of every invocation. */
import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { type Environment, type LambdaContext, type LambdaHandler, loadBundle } from './function-bundle.ts';
import type { FunctionOutput } from './function-output.ts';
import { type Invocation, InvocationLog } from './invocation-log.ts';
import { throughJson } from './state-machines/json-value.ts';

export interface FunctionSource {
  readonly name: string;
  /** File that exports `make(env)`. */
  readonly bundlePath: string;
  readonly environment: Environment;
  readonly timeoutSeconds: number;
}

class FunctionTimedOut extends Error {
  /** The name Step Functions gives a Lambda's own time-out. */
  override readonly name = 'Sandbox.Timedout';
}

interface Loaded extends FunctionSource {
  readonly handler: LambdaHandler;
}

const now = (): number => performance.timeOrigin + performance.now();

const contextFor = (loaded: Loaded, awsRequestId: string, deadline: number): LambdaContext => ({
  awsRequestId,
  functionName: loaded.name,
  functionVersion: '$LATEST',
  invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${loaded.name}`,
  memoryLimitInMB: '512',
  logGroupName: `/aws/lambda/${loaded.name}`,
  logStreamName: 'embedded',
  callbackWaitsForEmptyEventLoop: false,
  getRemainingTimeInMillis: () => Math.max(0, deadline - now()),
});

const withinTimeout = async (loaded: Loaded, requestId: string, event: unknown): Promise<unknown> => {
  const limitMilliseconds = loaded.timeoutSeconds * 1000;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `RequestId: ${requestId} Error: Task timed out after ${loaded.timeoutSeconds.toFixed(2)} seconds`;
    // A function under way must not hold up the end of the process once the servers are closed.
    timer = setTimeout(() => reject(new FunctionTimedOut(message)), limitMilliseconds).unref();
  });
  try {
    const answer = (async () => loaded.handler(event, contextFor(loaded, requestId, now() + limitMilliseconds)))();
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
};

export class FunctionHost {
  readonly #functions = new Map<string, Loaded>();
  readonly #log = new InvocationLog();

  /** Loads every bundle; what the functions log goes to `output`. Throws for the first that cannot be loaded. */
  async load(sources: readonly FunctionSource[], output?: FunctionOutput): Promise<void> {
    const handlers = await Promise.all(
      sources.map(({ bundlePath, environment }) => loadBundle(bundlePath, environment, output)),
    );
    sources.forEach((source, at) => {
      const handler = handlers[at];
      if (handler !== undefined) this.#functions.set(source.name, { ...source, handler });
    });
  }

  get names(): ReadonlySet<string> {
    return new Set(this.#functions.keys());
  }

  /** Throws when there is no such function. */
  environmentOf(functionName: string): Environment {
    return this.#find(functionName).environment;
  }

  invocations(): readonly Invocation[] {
    return this.#log.all();
  }

  /**
   * The handler's answer, as JSON would carry it. Rejects with what it threw, or FunctionTimedOut; unlike on AWS a
   * function that timed out runs on, because a process cannot stop a part of itself.
   */
  readonly invoke = async (functionName: string, event: unknown): Promise<unknown> => {
    const loaded = this.#find(functionName);
    const requestId = randomUUID();
    const startedAt = now();
    let failed = true;
    try {
      const answer = await withinTimeout(loaded, requestId, throughJson(event).value);
      failed = false;
      return throughJson(answer).value;
    } finally {
      this.#log.add({ functionName, requestId, startedAt, endedAt: now(), failed });
    }
  };

  #find(functionName: string): Loaded {
    const loaded = this.#functions.get(functionName);
    if (loaded === undefined) throw new Error(`the app has no function ${functionName}`);
    return loaded;
  }
}
