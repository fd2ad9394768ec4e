import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface ArrayProcessOptions {
  readonly dataDir: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly holdSeconds?: number;
  /** What the array says to its operator is added to it; standard error when left out. */
  readonly logFile?: string;
  /** Told the process id at once, before the array is ready. */
  readonly onStart?: (pid: number) => void;
}

export interface ArrayProcess {
  /** `https://127.0.0.1:PORT` */
  readonly url: string;
  /** What clients verify the array with. */
  readonly caFile: string;
  /** Of the array itself: a kill of it is a kill of the array. */
  readonly pid: number;
  /** Ends it in good order and waits until it has ended. May be called again. */
  stop(): Promise<void>;
}

/** Starts the array as a process of its own and waits until it is ready. Throws when it ends before that. */
export async function startArray(options: ArrayProcessOptions): Promise<ArrayProcess> {
  const entry = fileURLToPath(new URL('main.ts', import.meta.url));
  const flags = ['--port', String(options.port), '--user', options.user, '--data', options.dataDir];
  if (options.holdSeconds !== undefined) flags.push('--hold-seconds', String(options.holdSeconds));
  const log = options.logFile === undefined ? undefined : openSync(options.logFile, 'a');
  // Detached: Ctrl-C in a terminal reaches the whole process group, and the array must outlive those who still use it.
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), entry, ...flags], {
    stdio: ['ignore', 'pipe', log ?? 'inherit'],
    detached: true,
    // Every user of the machine may read a command line.
    env: { ...process.env, REPRISE_ARRAY_PASSWORD: options.password },
  });
  if (log !== undefined) closeSync(log);
  if (child.pid !== undefined) options.onStart?.(child.pid);
  const { stdout } = child;
  if (stdout === null) throw new Error('the array cannot be listened to');
  const ended = once(child, 'exit');
  const ready = new Promise<string>((tell) => {
    createInterface({ input: stdout }).on('line', (line) => {
      const [, url] = /^ready (https:\S+)$/.exec(line) ?? [];
      if (url !== undefined) tell(url);
    });
  });
  const url = await Promise.race([ready, ended.then(() => undefined)]);
  if (url === undefined || child.pid === undefined) throw new Error('the array ended before it was ready');
  return {
    url,
    caFile: join(resolve(options.dataDir), 'tls', 'ca.pem'),
    pid: child.pid,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
