import { appendRow } from '../../../agent/engines/simulated/rows.ts';
import type { BedHost } from '../bed/bed.ts';
import type { RowWriter } from './sql.ts';

/** Appends rows `{n}` numbered from `first` without a gap until it is stopped; a frozen database makes it wait. */
export function startSimulatedWriter(host: BedHost, serial: string, first: number): RowWriter {
  let last = first - 1;
  const stopping = new AbortController();
  const writing = (async () => {
    while (!stopping.signal.aborted) {
      await appendRow(host.deviceRoot, serial, { n: last + 1 });
      last += 1;
    }
  })();
  // Reported by stop(); a writer that fails meanwhile must not end the process.
  writing.catch(() => undefined);
  return {
    acknowledged: () => last,
    stop: async () => {
      stopping.abort();
      await writing;
    },
  };
}
