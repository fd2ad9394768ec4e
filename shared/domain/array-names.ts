/** Names on the array come from the task and the role, so that a repeated step finds its own work. */
import { createHash } from 'node:crypto';

/** The array's limit for snapshots, views, volumes and groups. Contract sdp-rest, section 6. */
export const maxArrayNameLength = 42;

/** `rp-<role>-<24 hex of the hash>`; the role is for the eyes of whoever looks at the array. */
export function arrayName(requestId: string, role: string): string {
  const digest = createHash('sha256').update(`${requestId}/${role}`).digest('hex').slice(0, 24);
  return `rp-${role}-${digest}`.slice(0, maxArrayNameLength);
}
