import { readFileSync } from 'node:fs';

/**
 * Identity of a process that a reused pid cannot fake: `<pid>:<start time in clock ticks since boot>`. Where /proc
 * does not exist the start time is empty and the pid alone has to do.
 */
function identityOf(pid: number): string {
  return `${pid}:${startTicks(pid)}`;
}

export const ownIdentity = (): string => identityOf(process.pid);

/** Whether the process that wrote this identity still runs. */
export function isAlive(identity: string): boolean {
  const pid = Number.parseInt(identity, 10);
  return Number.isInteger(pid) && pid > 0 && processExists(pid) && identityOf(pid) === identity;
}

/** Whether any process has this pid; one that belongs to somebody else counts. */
export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function startTicks(pid: number): string {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return ''; // No /proc, or no such process: the caller's pid check decides.
  }
  // The command name, in parentheses, may hold blanks; the start time is the 20th field after it.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
