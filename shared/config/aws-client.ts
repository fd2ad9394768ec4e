/** What every AWS client of a function is made with: where its service is, and how long one call may take. */
import { BaseEnvironment, endpointOf, type Environment, readEnvironment } from './environment.ts';

/**
 * Milliseconds of one attempt. By default a client waits for ever, and a call that nobody answers is ended by the end of
 * its function, which says nothing of why. All attempts together stay below the shortest time that a function waiting
 * for one has (infra/environments.ts); without `throwOnRequestTimeout` the handler would only warn.
 */
const attemptTimeouts = { connectionTimeout: 2_000, requestTimeout: 8_000, throwOnRequestTimeout: true } as const;

/** The pauses between attempts are well below a second. */
const maxAttempts = 3;

export interface AwsClientConfig {
  readonly region: string;
  readonly endpoint?: string;
  readonly maxAttempts: number;
  readonly requestHandler: typeof attemptTimeouts;
}

/** `service` as in the variable `AWS_ENDPOINT_URL_<service>`. Throws when the environment has no region. */
export const awsClientConfig = (environment: Environment, service: string): AwsClientConfig => ({
  region: readEnvironment(BaseEnvironment, environment).AWS_REGION,
  ...endpointOf(environment, service),
  maxAttempts,
  requestHandler: attemptTimeouts,
});
