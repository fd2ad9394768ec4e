/** Child processes that are ended by their id and waited for. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';

export interface RunningChild {
  readonly pid: number;
  readonly hasEnded: () => boolean;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** How long a child may take to end after SIGTERM before it is killed. */
const endPatienceMs = 20_000;

async function end(child: ChildProcess, ended: Promise<unknown>, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), endPatienceMs);
  await ended;
  clearTimeout(timer);
}

/** Starts node on a script with nothing in its environment; what it writes goes to `logFile`. */
export function startNode(script: string, args: readonly string[], options: { readonly cwd: string; readonly logFile: string }): RunningChild {
  const output = openSync(options.logFile, 'a');
  const child = spawn(process.execPath, [script, ...args], { cwd: options.cwd, env: {}, stdio: ['ignore', output, output] });
  const ended = once(child, 'exit');
  if (child.pid === undefined) throw new Error(`${script} could not be started`);
  return {
    pid: child.pid,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    stop: (signal = 'SIGTERM') => end(child, ended, signal),
  };
}
