/** A port that was free a moment ago, for programs that cannot report which one they took. */
import { createServer } from 'node:http';
import { listenOnLoopback } from './wire/loopback-server.ts';

/** Another program may take it first: callers try again with a new one. */
export const freePort = async (): Promise<number> => {
  const probe = await listenOnLoopback(createServer());
  await probe.stop();
  return probe.port;
};
