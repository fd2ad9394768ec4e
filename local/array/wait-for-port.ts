import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

const POLL_MS = 200;

/** Whether nobody listens on a port of 127.0.0.1. Other reasons why it cannot be listened on are thrown. */
export async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  probe.listen(port, '127.0.0.1');
  try {
    await once(probe, 'listening');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return false;
    throw error;
  }
  const closed = once(probe, 'close');
  probe.close();
  await closed;
  return true;
}

interface PortWait {
  readonly patienceMs: number;
  readonly signal: AbortSignal;
  /** Told once that somebody else has the port. */
  readonly report: (line: string) => void;
}

/** Waits until a port of 127.0.0.1 can be listened on. Throws when somebody else keeps it for longer, or on the signal. */
export async function waitForPort(port: number, { patienceMs, signal, report }: PortWait): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (let tries = 1; !(await isFree(port)); tries += 1) {
    if (tries === 1) report(`port ${port} is in use by another process: waits for it`);
    if (performance.now() > deadline) throw new Error(`port ${port} is in use by another process`);
    await wait(POLL_MS, undefined, { signal });
  }
}
