import { readFile } from 'node:fs/promises';
import { AgentFailure } from '../../failure.ts';

/** The user the server runs as. PostgreSQL refuses to run as root. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const preferred = ['postgres', 'nobody'] as const;

/**
 * Chooses the account: `wanted` (a name or a number of /etc/passwd), else `postgres`, else `nobody`. Returns null when
 * this process is not root: then the server runs as whoever runs the agent.
 * @throws AgentFailure when the account does not exist (initdb needs its name) or is root.
 */
export async function chooseAccount(wanted: string | number | undefined): Promise<Account | null> {
  if (process.getuid?.() !== 0) return null;
  const accounts = parsePasswd(await readFile('/etc/passwd', 'utf8'));
  const candidates = wanted === undefined ? preferred : [wanted];
  for (const candidate of candidates) {
    const account = accounts.find(({ name, uid }) => name === candidate || String(uid) === String(candidate));
    if (account?.uid === 0)
      throw new AgentFailure('ENGINE_FAILED', 'PostgreSQL cannot run as root: choose another run_as_user');
    if (account) return account;
  }
  throw new AgentFailure('ENGINE_FAILED', `no such user to run PostgreSQL as: ${candidates.join(', ')}`);
}

export function parsePasswd(text: string): readonly Account[] {
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    return name && uid && gid ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}
