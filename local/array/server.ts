import { resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { accountsByName, type Account } from './http/accounts.ts';
import { createFaults } from './http/faults.ts';
import { createThrottle } from './http/throttle.ts';
import { beginLife } from './life.ts';

export interface ArrayServerOptions {
  /** Everything lies here, and a second array must not use it at the same time. Made when absent. */
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
}

export interface ArrayServer {
  /** `https://127.0.0.1:PORT` */
  readonly url: string;
  readonly caFile: string;
  close(): Promise<void>;
}

const DEFAULT_HOLD_DEADLINE_MS = 30_000;

const nowSeconds = (): number => Date.now() / 1000;

/** Starts the array in this process. It listens on 127.0.0.1 only. Throws when two users share a name. */
export async function startArrayServer(options: ArrayServerOptions): Promise<ArrayServer> {
  const root: Account = { name: options.user, password: options.password, role: 'root' };
  const report = options.report ?? (() => undefined);
  const faults = createFaults(nowSeconds);
  const closing = new AbortController();
  let restarting: Promise<void> | undefined;

  const begin = (port: number) =>
    beginLife({
      dataDir: resolve(options.dataDir),
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
    await life.end();
    try {
      await wait(downForMs, undefined, { signal: closing.signal });
    } catch (error) {
      if (closing.signal.aborted) return;
      throw error;
    }
    life = await begin(port);
    restarting = undefined;
  };

  const accounts = accountsByName([root, ...(options.moreUsers ?? [])]);
  const throttle = createThrottle(options.requestsPerSecond ?? null);
  let life = await begin(options.port);
  const { url, caFile } = life;
  return {
    url,
    caFile,
    close: async () => {
      closing.abort();
      await restarting;
      await life.end();
    },
  };
}
