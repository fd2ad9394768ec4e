import type { ApiClient } from '../control-plane/api-client.ts';
import { messageOf } from '../failure.ts';
import type { Log } from '../logging/log.ts';

export interface CommandHeartbeat {
  readonly api: ApiClient;
  readonly log: Log;
  readonly path: string;
  readonly everySeconds: number;
}

/** Tells the control plane, while `work` runs, that it does. At half the asked interval: one lost beat does no harm. */
export async function withHeartbeat<T>(beat: CommandHeartbeat, work: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => {
    beat.api
      .post(beat.path, {})
      .catch((error: unknown) => beat.log.warn('command-heartbeat.failed', { error: messageOf(error) }));
  }, beat.everySeconds * 500);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
