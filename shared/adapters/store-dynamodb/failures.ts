/** Refused writes become values. Contention of transactions is repeated here, of single writes in `patience.ts`. */
import {
  type ExecuteTransactWriteInput,
  execute,
  isTransactionCancelled,
} from 'dynamodb-toolbox/entity/actions/transactWrite';
import { DomainError } from '../../domain/errors.ts';
import { maxContentionTries, nameOf, pauseAfter } from './patience.ts';

/** True when the write was made, false when its condition did not hold. */
export async function conditional(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (nameOf(error) === 'ConditionalCheckFailedException') return false;
    throw error;
  }
}

/** A table under load may leave keys of a batch out, however often it is asked. */
export function refusePart({ UnprocessedKeys = {} }: { readonly UnprocessedKeys?: object | undefined }): void {
  if (Object.keys(UnprocessedKeys).length > 0) throw new DomainError('Busy', 'the table did not give all rows');
}

/** Another attempt was claimed meanwhile, and whatever this one would still do is no business of its any more. */
export const staleAttempt = (attempt: number): DomainError =>
  new DomainError('StaleAttempt', `attempt ${String(attempt)} was superseded`);

export type TransactionOutcome =
  | { readonly written: true }
  /** Indices of the items whose condition failed, ascending. */
  | { readonly written: false; readonly failed: readonly number[] };

/** Items without options in front. */
export type Transactions = Exclude<ExecuteTransactWriteInput, readonly [unknown, ...unknown[]]>;

/** Runs the transaction; one that merely met another on the same rows is tried again after a short pause. */
export async function transact(transactions: Transactions): Promise<TransactionOutcome> {
  for (let tries = 1; ; tries += 1) {
    try {
      await execute(...transactions);
      return { written: true };
    } catch (error) {
      if (!isTransactionCancelled(error)) throw error;
      const codes = (error.CancellationReasons ?? []).map((reason) => reason.Code ?? 'None');
      const failed = codes.flatMap((code, index) => (code === 'ConditionalCheckFailed' ? [index] : []));
      if (failed.length > 0) return { written: false, failed };
      // Anything else, such as a value the table refuses, comes out the same however often it is tried.
      if (codes.some((code) => code === 'ValidationError' || code === 'ItemCollectionSizeLimitExceeded')) throw error;
      if (tries >= maxContentionTries) {
        throw new DomainError('Busy', 'the same rows are being changed by others', {
          context: { codes },
          cause: error,
        });
      }
      await pauseAfter(tries);
    }
  }
}
