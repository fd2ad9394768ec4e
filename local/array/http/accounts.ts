import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/**
 * `root`: everything, the admin calls too, and never too fast. `admin`: the whole REST API. `read_only`: GET.
 * The names are our choice: clients know only that root is not throttled and that a 403 means a role that may not.
 */
const ROLES = ['root', 'admin', 'read_only'] as const;

const account = z.strictObject({
  /** Basic authentication ends the name at the first colon. */
  name: z.string().regex(/^[^:]+$/, 'a name of at least one character, without a colon'),
  password: z.string().min(1),
  role: z.enum(ROLES),
});
export type Account = z.infer<typeof account>;

const accountList = z.array(account);

/** Throws when two share a name. */
export function accountsByName(accounts: readonly Account[]): ReadonlyMap<string, Account> {
  const byName = new Map(accounts.map((one) => [one.name, one]));
  if (byName.size < accounts.length) throw new Error('two users of the array have the same name');
  return byName;
}

/** Reads `[{"name": ..., "password": ..., "role": ...}]`. Throws with the path and what is wrong with it. */
export async function readAccounts(path: string): Promise<readonly Account[]> {
  const text = await readFile(path, 'utf8');
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw new Error(`${path} is not JSON`, { cause });
  }
  const accounts = accountList.safeParse(content);
  if (!accounts.success) throw new Error(`${path}: ${z.prettifyError(accounts.error)}`);
  return accounts.data;
}

export const mayWrite = ({ role }: Account): boolean => role !== 'read_only';
