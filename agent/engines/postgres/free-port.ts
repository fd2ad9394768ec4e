import { createServer } from 'node:net';
import { AgentFailure } from '../../failure.ts';

/** Below the range from which systems take ports for outgoing connections, so that a stopped database finds its port free. */
const range = { first: 20_000, count: 12_000 } as const;

/**
 * A TCP port of 127.0.0.1 on which nothing listens now. The search begins at a random place: several agents of one
 * machine choose at the same time.
 */
export async function findFreePort(taken: ReadonlySet<number>, random: () => number = Math.random): Promise<number> {
  const start = Math.floor(random() * range.count);
  for (let step = 0; step < range.count; step += 1) {
    const port = range.first + ((start + step) % range.count);
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  throw new AgentFailure('ENGINE_FAILED', 'no free TCP port on 127.0.0.1');
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
