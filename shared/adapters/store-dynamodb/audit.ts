import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { createHash } from 'node:crypto';
import { repeatedCall } from '../../domain/errors.ts';
import type { AuditEntry } from '../../ports/store.ts';
import { actedItem } from './calls.ts';
import type { Entities } from './entities.ts';
import { transact, type TransactionOutcome, type Transactions } from './failures.ts';

/** The entry's row: its id tells entries of one millisecond apart and makes a repeated write the same row. */
export function auditItem({ claim, ...entry }: AuditEntry): Omit<AuditEntry, 'claim'> & { readonly entryId: string } {
  const entryId = createHash('sha256').update(JSON.stringify(entry)).digest('base64url').slice(0, 12);
  return { ...entry, entryId };
}

/**
 * Writes what a call does, with its audit entry and, where the call has a claim, the note that it acted: one transaction,
 * so that no repeat does it again. Throws `RepeatedCall`, with nothing written, when another request has the call by now.
 */
export async function transactAudited(
  { audit, callRecord }: Pick<Entities, 'audit' | 'callRecord'>,
  entry: AuditEntry,
  items: Transactions,
): Promise<TransactionOutcome> {
  const written = [...items, audit.build(PutTransaction).item(auditItem(entry))];
  if (entry.claim === undefined || entry.claim === null) return await transact(written);
  const outcome = await transact([...written, actedItem({ callRecord }, entry.claim, entry.requestId)]);
  if (!outcome.written && outcome.failed.includes(written.length)) throw repeatedCall();
  return outcome;
}
