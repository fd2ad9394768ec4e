/** Child processes that are ended by their id and waited for. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';

export interface RunningChild {
  readonly pid: number;
  readonly hasEnded: () => boolean;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

export interface StartOptions {
  readonly cwd: string;
  /** What the child writes is added to it. */
  readonly logFile: string;
  readonly onStart: (pid: number) => void;
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

/** Starts node on a script with nothing in its environment. */
export function startNode(script: string, args: readonly string[], options: StartOptions): RunningChild {
  const output = openSync(options.logFile, 'a');
  // Detached: Ctrl-C in a terminal reaches the whole process group, but children are ended one by one, in order.
  const child = spawn(process.execPath, [script, ...args], {
    cwd: options.cwd,
    env: {},
    stdio: ['ignore', output, output],
    detached: true,
  });
  closeSync(output);
  const ended = once(child, 'exit');
  if (child.pid === undefined) throw new Error(`${script} could not be started`);
  options.onStart(child.pid);
  return {
    pid: child.pid,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    stop: (signal = 'SIGTERM') => end(child, ended, signal),
  };
}

/** `exitCode` is null for one that a signal ended. */
export class ChildFailed extends Error {
  readonly exitCode: number | null;

  constructor(message: string, exitCode: number | null) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * Runs node on a script to its end and gives what it wrote on standard output.
 * @throws ChildFailed with the end of what it wrote on standard error when it fails.
 */
export async function runNode(
  script: string,
  args: readonly string[],
  onStart: (pid: number) => void,
): Promise<string> {
  const child = spawn(process.execPath, [script, ...args], {
    env: {},
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  if (child.pid !== undefined) onStart(child.pid);
  const heard = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (heard.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (heard.err += text));
  await once(child, 'close');
  if (child.exitCode !== 0)
    throw new ChildFailed(`${args[0] ?? script} failed: ${heard.err.trim().slice(-2000)}`, child.exitCode);
  return heard.out;
}
