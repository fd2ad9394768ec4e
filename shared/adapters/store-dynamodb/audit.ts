import { createHash } from 'node:crypto';
import type { AuditEntry } from '../../ports/store.ts';

/** The entry's row: its id tells entries of one millisecond apart and makes a repeated write the same row. */
export function auditItem(entry: AuditEntry): AuditEntry & { readonly entryId: string } {
  const entryId = createHash('sha256').update(JSON.stringify(entry)).digest('base64url').slice(0, 12);
  return { ...entry, entryId };
}
