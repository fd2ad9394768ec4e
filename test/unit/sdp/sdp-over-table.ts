import { createSdpOver, type SdpHttpOptions } from '../../../shared/adapters/sdp-http/sdp-http.ts';
import type { SdpPort } from '../../../shared/ports/sdp.ts';
import { createTableArray, type Intercept, type TableArray } from './table-array.ts';

export const plantedPassword = 'planted-Passw0rd';

export interface SdpOverTable {
  readonly sdp: SdpPort;
  readonly array: TableArray;
  readonly pausesMs: number[];
}

/** The HTTP adapter over an array of plain tables, on a clock that only pauses move. */
export const sdpOverTable = (
  intercept?: Intercept,
  options: Partial<SdpHttpOptions> & { readonly longestPage?: number } = {},
): SdpOverTable => {
  const array = createTableArray(intercept, options.longestPage);
  array.add('retention_policies', { name: 'Best_Effort_Retention' });
  const pausesMs: number[] = [];
  let nowMs = 0;
  const sdp = createSdpOver(array.send, {
    url: 'https://array.test',
    user: 'planted-user',
    password: plantedPassword,
    requestTimeoutMs: 20_000,
    now: () => nowMs,
    sleep: async (milliseconds) => {
      pausesMs.push(milliseconds);
      nowMs += milliseconds;
    },
    random: () => 0.5,
    ...options,
  });
  return { sdp, array, pausesMs };
};
