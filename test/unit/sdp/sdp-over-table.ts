import { createSdpOver, type SdpHttpOptions } from '../../../shared/adapters/sdp-http/sdp-http.ts';
import type { Log } from '../../../shared/ports/log.ts';
import type { SdpPort } from '../../../shared/ports/sdp.ts';
import { fixedCredentials } from './fixed-credentials.ts';
import { createTableArray, type Intercept, type TableArray } from './table-array.ts';

const plantedCredentials = { user: 'planted-user', password: 'planted-Passw0rd' };

export interface SdpOverTable {
  readonly sdp: SdpPort;
  readonly array: TableArray;
  readonly pausesMs: number[];
  /** Messages with their fields, in the order of logging. */
  readonly logged: Readonly<Record<string, unknown>>[];
}

/** The HTTP adapter over an array of plain tables, on a clock that only pauses move. */
export const sdpOverTable = (
  intercept?: Intercept,
  options: Partial<SdpHttpOptions> & { readonly longestPage?: number } = {},
): SdpOverTable => {
  const array = createTableArray(intercept, options.longestPage);
  array.add('retention_policies', { name: 'Best_Effort_Retention' });
  const pausesMs: number[] = [];
  const { log, logged } = createLogBook();
  let nowMs = 0;
  const sdp = createSdpOver(array.send, {
    url: 'https://array.test',
    trust: { kind: 'system' },
    credentials: fixedCredentials(plantedCredentials),
    verbTimeoutMs: 20_000,
    log,
    now: () => nowMs,
    sleep: async (milliseconds) => {
      pausesMs.push(milliseconds);
      nowMs += milliseconds;
    },
    random: () => 0.5,
    ...options,
  });
  return { sdp, array, pausesMs, logged };
};

/** A log that can be read. */
const createLogBook = (): { readonly log: Log; readonly logged: Readonly<Record<string, unknown>>[] } => {
  const logged: Readonly<Record<string, unknown>>[] = [];
  const noting =
    (level: string) =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      logged.push({ level, message, ...fields });
    };
  return { log: { info: noting('info'), warn: noting('warn'), error: noting('error') }, logged };
};
