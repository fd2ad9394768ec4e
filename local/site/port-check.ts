import { createServer } from 'node:http';
import { listenOnLoopback } from '../cloud/wire/loopback-server.ts';

/** Throws, in words, when something listens on the port: better now than when half of the site is up. */
export async function refuseBusyPort(port: number): Promise<void> {
  try {
    await (await listenOnLoopback(createServer(), port)).stop();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : '';
    if (code === 'EADDRINUSE')
      throw new Error(`port ${String(port)} of 127.0.0.1 is in use: choose another with --port`, { cause });
    if (code === 'EACCES')
      throw new Error(`port ${String(port)} is not allowed to this user: choose one above 1023 with --port`, { cause });
    throw cause;
  }
}
