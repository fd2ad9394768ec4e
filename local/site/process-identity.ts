/** Processes told apart by id and start time, because ids are used again. Linux; elsewhere the id alone has to do. */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

interface ProcessState {
  /** One letter, `Z` for a process that ended and that nobody has buried yet. */
  readonly letter: string;
  /** Clock ticks from boot to its start. */
  readonly startTicks: string;
}

function stateOf(pid: number): ProcessState | undefined {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    // The command name, in parentheses, may hold blanks and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { letter: fields[0] ?? '', startTicks: fields[19] ?? '' };
  } catch {
    return undefined; // No such process.
  }
}

/** `<pid>:<start ticks>` */
export const identityOf = (pid: number): string => `${String(pid)}:${stateOf(pid)?.startTicks ?? ''}`;

export const pidOf = (identity: string): number => Number.parseInt(identity, 10);

/** Whether that very process still runs. */
export function isRunning(identity: string): boolean {
  const state = stateOf(pidOf(identity));
  return state !== undefined && state.letter !== 'Z' && identity === `${String(pidOf(identity))}:${state.startTicks}`;
}

/** Signals that very process; one that has ended meanwhile is fine. */
export function signal(identity: string, name: NodeJS.Signals): void {
  if (!isRunning(identity)) return;
  try {
    process.kill(pidOf(identity), name);
  } catch (error) {
    if (isRunning(identity)) throw error;
  }
}

/** Whether it ended within the time. */
export async function endedWithin(identity: string, patienceMs: number): Promise<boolean> {
  const until = Date.now() + patienceMs;
  while (isRunning(identity)) {
    if (Date.now() >= until) return false;
    await pause(50);
  }
  return true;
}
