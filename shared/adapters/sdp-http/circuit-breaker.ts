import {
  circuitBreaker,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  handleWhen,
  isBrokenCircuitError,
} from 'cockatiel';
import type { Log } from '../../ports/log.ts';
import { NoAnswer } from './no-answer.ts';
import type { Transport } from './tls-transport.ts';

/** As many as one verb makes attempts: by its own failures alone a verb is never cut short. */
const failuresToOpen = 6;
/** Bound of what the breaker can add to the time until an array that is back is used again. */
const pauseMs = 3_000;

/** The array was not asked at all. */
export class ArrayNotAsked extends Error {
  constructor(host: string, failures: number) {
    super(
      `array ${host} has not answered ${failures} times in a row; it is asked again in at most ${pauseMs / 1000} s`,
    );
  }
}

/**
 * A connection that broke under an answer says that somebody was there; a refusal or "busy" is an answer. A request that
 * found no connection of ours free says nothing.
 */
const isSilence = (error: Error): boolean =>
  error instanceof NoAnswer && (error.reason === 'not connected' || error.reason === 'timed out');
const isQueued = (error: Error): boolean => error instanceof NoAnswer && error.reason === 'queued';

/**
 * Fails at once while the array is known to be silent, so that a step does not spend its whole time on a dead array.
 * After a pause one request tries; the others go on failing until it has its answer, because their own bounds of time
 * do not allow to wait for it.
 *
 * The state is that of this process: a warm function learns by its own calls, at the price of some seconds, and needs
 * no store, which would be one more thing that can be silent.
 */
export const withCircuitBreaker = (
  transport: Transport,
  { host, log }: { readonly host: string; readonly log: Log },
): Transport => {
  let failures = 0;
  // The one request that tries must not close it unheard.
  const isFailure = (error: Error): boolean =>
    isSilence(error) || (isQueued(error) && breaker.state === CircuitState.HalfOpen);
  const breaker: CircuitBreakerPolicy = circuitBreaker(handleWhen(isFailure), {
    halfOpenAfter: pauseMs,
    breaker: new ConsecutiveBreaker(failuresToOpen),
  });
  breaker.onBreak(() => log.error('array no longer asked', { array: host, failures, pause_ms: pauseMs }));
  breaker.onHalfOpen(() => log.info('array asked again', { array: host, failures }));
  breaker.onReset(() => log.info('array answers again', { array: host, failures }));

  return async (request, authorization) => {
    if (breaker.state === CircuitState.HalfOpen) throw new ArrayNotAsked(host, failures);
    try {
      const answer = await breaker.execute(async () => {
        try {
          return await transport(request, authorization);
        } catch (error) {
          if (error instanceof Error && isSilence(error)) failures += 1;
          throw error;
        }
      });
      failures = 0;
      return answer;
    } catch (error) {
      throw isBrokenCircuitError(error) ? new ArrayNotAsked(host, failures) : error;
    }
  };
};
