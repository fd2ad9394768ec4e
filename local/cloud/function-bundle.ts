/** Loading a function's bundle: `make(env)` with its own variables, because many functions share this process. */
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { type FunctionOutput, withOutput } from './function-output.ts';

export interface LambdaContext {
  readonly awsRequestId: string;
  readonly functionName: string;
  readonly functionVersion: '$LATEST';
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly callbackWaitsForEmptyEventLoop: boolean;
  getRemainingTimeInMillis(): number;
}

export type LambdaHandler = (event: unknown, context: LambdaContext) => unknown;
export type Environment = Readonly<Record<string, string>>;

const isFunction = (value: unknown): boolean => typeof value === 'function';
const bundleExports = z.object({
  make: z.custom<(environment: Environment) => unknown>(isFunction, 'must be a function'),
});
const made = z.custom<LambdaHandler>(isFunction, 'make(env) must give a function');

/**
 * The handler of the bundle at `bundlePath` for `environment`. A logger made by `make(env)` writes to `output`.
 * Throws, naming the file, when it exports no `make(env)`.
 */
export const loadBundle = async (
  bundlePath: string,
  environment: Environment,
  output?: FunctionOutput,
): Promise<LambdaHandler> => {
  try {
    const { make } = bundleExports.parse(await import(pathToFileURL(bundlePath).href));
    return made.parse(await withOutput(output, () => make(environment)));
  } catch (cause) {
    throw new Error(`cannot load the function bundle ${bundlePath}`, { cause });
  }
};
