/** What every call to the table shares: one that met a transaction is repeated, and a table that cannot serve now is `Busy`. */
import { setTimeout as delay } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DomainError } from '../../domain/errors.ts';

export const maxContentionTries = 8;
const firstPauseMilliseconds = 5;

/** Grows with the tries, and is random, so that those who met once do not meet again. */
export const pauseAfter = (tries: number): Promise<void> => delay(Math.random() * firstPauseMilliseconds * 2 ** tries);

export const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');

const busyNames: ReadonlySet<unknown> = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'TransactionInProgressException',
  'TimeoutError',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
]);

/** The client gave up repeating: throttled, a fault of the service, or no connection. */
function isBusy(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? error.code : undefined;
  const fault = '$fault' in error ? error.$fault : undefined;
  return busyNames.has(error.name) || busyNames.has(code) || fault === 'server';
}

const busy = (cause: unknown): DomainError => new DomainError('Busy', 'the table cannot serve this now', { cause });

/** A plain write that touches a row of a running transaction is refused with a conflict, which the client does not repeat. */
export function bePatient(client: DynamoDBClient): void {
  client.middlewareStack.add(
    (next) => async (call) => {
      for (let tries = 1; ; tries += 1) {
        try {
          return await next(call);
        } catch (error) {
          if (nameOf(error) !== 'TransactionConflictException') throw isBusy(error) ? busy(error) : error;
          if (tries >= maxContentionTries) throw busy(error);
          await pauseAfter(tries);
        }
      }
    },
    { step: 'initialize', name: 'patience', priority: 'high' },
  );
}
