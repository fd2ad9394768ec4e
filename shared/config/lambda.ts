import type { Environment } from './environment.ts';

/**
 * The export Lambda calls. In Lambda the function is made at import, so that a wrong environment is a failed cold
 * start; elsewhere (the embedded cloud calls `make` itself) it is made at the first call.
 */
export function lambda<ARGUMENTS extends readonly unknown[], RESULT>(
  make: (environment: Environment) => (...call: ARGUMENTS) => RESULT,
): (...call: ARGUMENTS) => RESULT {
  let made = process.env['AWS_LAMBDA_FUNCTION_NAME'] === undefined ? undefined : make(process.env);
  return (...call) => {
    made ??= make(process.env);
    return made(...call);
  };
}
