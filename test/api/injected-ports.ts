/** Clock, ids and log that a test can foresee and read. */
import type { Clock } from '../../shared/ports/clock.ts';
import type { Ids } from '../../shared/ports/ids.ts';
import type { Log } from '../../shared/ports/log.ts';
import { requestIdOf, requestIdRandomBytes } from '../../shared/domain/request-id.ts';

export interface TestClock extends Clock {
  advanceSeconds(seconds: number): void;
}

export function testClock(startSeconds: number): TestClock {
  let now = startSeconds * 1000;
  return {
    nowMilliseconds: () => now,
    advanceSeconds: (seconds) => {
      now += seconds * 1000;
    },
  };
}

/** Ids in a row; tokens look like real ones, so that a search for them in logs means something. */
export function countedIds(clock: Clock): Ids {
  let made = 0;
  const next = (): number => (made += 1);
  return {
    requestId: () => requestIdOf(clock.nowMilliseconds(), new Uint8Array(requestIdRandomBytes).fill(next() % 64)),
    token: () => `madeToken${String(next()).padStart(23, '0')}`,
    refId: () => `self-${String(next()).padStart(8, '0')}`,
  };
}

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export function recordingLog(): Log & { readonly lines: readonly LogLine[] } {
  const lines: LogLine[] = [];
  const write =
    (level: LogLine['level']) =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      lines.push({ level, message, fields });
    };
  return { lines, info: write('info'), warn: write('warn'), error: write('error') };
}
