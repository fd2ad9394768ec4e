import { agentPaths, QueueAccess } from '../../shared/contracts/agent.ts';
import { messageOf } from '../failure.ts';
import type { Log } from '../logging/log.ts';
import type { ApiClient } from './api-client.ts';
import { backoffMilliseconds } from './backoff.ts';
import { pause } from './pause.ts';

const longestMarginSeconds = 120;

/** The host's queue and the credentials for it, kept fresh. */
export interface QueueAccessKeeper {
  /** Valid access, asked for until there is one; null when the agent stops meanwhile. */
  current(): Promise<QueueAccess | null>;
  /** Generation of the access last given; null before the first. */
  generation(): number | null;
  /** The next `current` asks again: credentials were refused, or the registration is another one now. */
  invalidate(): void;
  /** Aborted when the access in use is no longer good, so that a long poll with it ends. */
  readonly stale: () => AbortSignal;
}

export interface QueueAccessParts {
  readonly api: ApiClient;
  readonly log: Log;
  readonly stop: AbortSignal;
  /** Unix seconds. */
  readonly now: () => number;
}

export function createQueueAccessKeeper({ api, log, stop, now }: QueueAccessParts): QueueAccessKeeper {
  let access: QueueAccess | null = null;
  let renewAtSeconds = 0;
  let lastGeneration: number | null = null;
  let replaced = new AbortController();
  const isStopped = (): boolean => stop.aborted;

  const ask = async (): Promise<QueueAccess> => {
    const { status, body } = await api.post(agentPaths.queueAccess, {}, stop);
    if (status !== 200) throw new Error(`queue access was answered with ${status}`);
    return QueueAccess.parse(body);
  };
  const keep = (fresh: QueueAccess): QueueAccess => {
    log.hide(fresh.credentials.secret_access_key);
    if (fresh.credentials.session_token) log.hide(fresh.credentials.session_token);
    const lifetimeSeconds = fresh.credentials.expires_ts - now();
    // At least a few seconds of use, whatever the clocks say: no loop of asking against an expiry in the past.
    renewAtSeconds = now() + Math.max(5, lifetimeSeconds - Math.min(longestMarginSeconds, lifetimeSeconds / 4));
    access = fresh;
    lastGeneration = fresh.generation;
    replaced = new AbortController();
    log.info('queue-access.received', { generation: fresh.generation, expires_ts: fresh.credentials.expires_ts });
    return fresh;
  };

  return {
    current: async () => {
      if (access && now() < renewAtSeconds) return access;
      for (let failures = 1; !isStopped(); failures += 1) {
        try {
          return keep(await ask());
        } catch (error) {
          if (isStopped()) break;
          log.warn('queue-access.failed', { error: messageOf(error) });
          await pause(backoffMilliseconds(failures), stop);
        }
      }
      return null;
    },
    generation: () => lastGeneration,
    invalidate: () => {
      access = null;
      replaced.abort();
    },
    stale: () => replaced.signal,
  };
}
