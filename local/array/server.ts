import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { accountsByName, type Account } from './http/accounts.ts';
import { createFaults } from './http/faults.ts';
import { createThrottle } from './http/throttle.ts';
import { beginLife, type ArrayLife } from './life.ts';
import { lockFolder } from './lock-folder.ts';
import { waitForPort } from './wait-for-port.ts';

export interface ArrayServerOptions {
  /** Everything lies here. Made when absent; a second array on it is refused. */
  readonly dataDir: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Of the role root. */
  readonly user: string;
  readonly password: string;
  readonly moreUsers?: readonly Account[];
  /** Of each user who is not root; any number when left out. */
  readonly requestsPerSecond?: number;
  /** How long the writers of a group are kept stopped at most; then the snapshot fails. 30 seconds when left out. */
  readonly holdDeadlineMs?: number;
  /** Told what an operator should know. */
  readonly report?: (line: string) => void;
  /** Told when the array does not come back from a restart that a fault asked for. What remains is to close it. */
  readonly onLost?: () => void;
  /** How long a restart waits for its port, should somebody have taken it. 30 seconds when left out. */
  readonly portPatienceMs?: number;
}

export interface ArrayServer {
  /** `https://127.0.0.1:PORT` */
  readonly url: string;
  readonly caFile: string;
  close(): Promise<void>;
}

const DEFAULT_HOLD_DEADLINE_MS = 30_000;
const DEFAULT_PORT_PATIENCE_MS = 30_000;

const nowSeconds = (): number => Date.now() / 1000;

/** Starts the array in this process. It listens on 127.0.0.1 only. Throws when two users share a name, or another array works on the folder. */
export async function startArrayServer(options: ArrayServerOptions): Promise<ArrayServer> {
  const root: Account = { name: options.user, password: options.password, role: 'root' };
  const report = options.report ?? (() => undefined);
  const faults = createFaults(nowSeconds);
  const closing = new AbortController();
  let restarting: Promise<void> | undefined;

  const begin = (port: number) =>
    beginLife({
      dataDir,
      port,
      accounts,
      holdDeadlineMs: options.holdDeadlineMs ?? DEFAULT_HOLD_DEADLINE_MS,
      faults,
      throttle,
      now: nowSeconds,
      report,
      restart: (downForMs) => {
        restarting ??= restart(downForMs);
      },
    });

  const restart = async (downForMs: number): Promise<void> => {
    const port = Number(new URL(life.url).port);
    report(`goes down, and is back in ${downForMs} ms: a fault asked for it`);
    try {
      await life.end();
      await wait(downForMs, undefined, { signal: closing.signal });
      const patienceMs = options.portPatienceMs ?? DEFAULT_PORT_PATIENCE_MS;
      await waitForPort(port, { patienceMs, signal: closing.signal, report });
      life = await begin(port);
      restarting = undefined;
    } catch (error) {
      if (closing.signal.aborted) return;
      report(`cannot come back: ${String(error)}`);
      options.onLost?.();
    }
  };

  const accounts = accountsByName([root, ...(options.moreUsers ?? [])]);
  const throttle = createThrottle(options.requestsPerSecond ?? null);
  const dataDir = resolve(options.dataDir);
  await mkdir(dataDir, { recursive: true });
  const lock = await lockFolder(dataDir);
  let life: ArrayLife;
  try {
    life = await begin(options.port);
  } catch (error) {
    await lock.release();
    throw error;
  }
  const { url, caFile } = life;
  return {
    url,
    caFile,
    close: async () => {
      closing.abort();
      await restarting;
      await life.end();
      await lock.release();
    },
  };
}
