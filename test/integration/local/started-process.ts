/** `npm start` and `npm run demo` as their users run them: a process, its words, its end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '../../../local/site/wait-until.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

export interface StartedProcess {
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  /** The first line of standard output that fits, once it is there. */
  line(pattern: RegExp): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<number | null>;
}

export function startLocal(
  script: 'start' | 'demo',
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): StartedProcess {
  const { npm_lifecycle_event: _ignored, ...inherited } = process.env;
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', `local/${script}/main.ts`, ...args], {
    cwd: root,
    env: { ...inherited, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const heard = { stdout: '', stderr: '' };
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (heard.stdout += text));
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (heard.stderr += text));
  const ended = once(child, 'close').then(() => child.exitCode);
  return {
    pid: child.pid!,
    stdout: () => heard.stdout,
    stderr: () => heard.stderr,
    line: (pattern) =>
      waitUntil(`a line like ${String(pattern)}`, 100_000, async () => {
        const found = heard.stdout.split('\n').find((line) => pattern.test(line));
        if (found === undefined && child.exitCode !== null) throw new Error(`it ended: ${heard.stdout}${heard.stderr}`);
        return found;
      }),
    kill: (signal) => child.kill(signal),
    ended,
  };
}

/** Processes whose command line or working directory is in the folder, without zombies. */
export async function processesOn(folder: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ');
      const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => '');
      return command !== '' && (command.includes(folder) || cwd.includes(folder)) ? `${pid} ${command}` : '';
    }),
  );
  return found.filter((line) => line !== '');
}
