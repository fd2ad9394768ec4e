import { once } from 'node:events';
import { rm, stat } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** A folder that nobody else works on. */
interface FolderLock {
  /** May be called again. */
  release(): Promise<void>;
}

/** Who was killed a moment ago may still be ending. */
const PATIENCE_MS = 1500;
const POLL_MS = 50;

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

async function listen(address: string): Promise<Server | undefined> {
  const server = createServer((socket) => socket.destroy());
  server.listen(address);
  try {
    await once(server, 'listening');
  } catch (error) {
    if (codeOf(error) === 'EADDRINUSE') return undefined;
    throw error;
  }
  // Only the process's own work keeps it alive.
  return server.unref();
}

async function answers(address: string): Promise<boolean> {
  const socket = connect(address);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    // ECONNREFUSED, or it went away meanwhile: nobody listens.
    return false;
  } finally {
    socket.destroy();
  }
}

/** Elsewhere than on Linux a socket has a file, which outlives who made it and is removed when nobody answers. */
async function listenAnew(address: string): Promise<Server | undefined> {
  const server = await listen(address);
  if (server !== undefined || process.platform === 'linux' || (await answers(address))) return server;
  await rm(address, { force: true });
  return listen(address);
}

/**
 * Takes a folder for this process, under whatever name it is reached: the lock is a socket that the kernel takes away
 * with the process, however that ends. Throws when another one has it. Processes that do not share this machine's network
 * namespace (another container) are not seen.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const { dev, ino } = await stat(folder, { bigint: true });
  const name = `reprise-array-${dev}-${ino}`;
  const address = process.platform === 'linux' ? `\0${name}` : join(tmpdir(), `${name}.sock`);
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const server = await listenAnew(address);
    if (server !== undefined)
      return {
        release: () =>
          new Promise((resolve) => {
            server.close(() => {
              resolve();
            });
          }),
      };
    if (performance.now() > deadline)
      throw new Error(`${folder} is in use by another array: only one at a time may work on it`);
    await wait(POLL_MS);
  }
}
