import { realpathSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { holderRequest, type HolderReply, type HolderRequest } from './protocol.ts';
import { startWatchdog } from './watchdog.ts';
import { continueAll, ownLine, stopWriters, type Stopped } from './writers.ts';

/**
 * The holder: a process of its own, so that the death of the array cannot leave a database stopped. It continues what it
 * stopped on `release`, at the deadline, and when its input ends, which the kernel sees to however the array dies.
 */
type State =
  | { readonly is: 'idle' }
  | { readonly is: 'held'; readonly stopped: Stopped; readonly timer: NodeJS.Timeout }
  | { readonly is: 'lapsed' };

let state: State = { is: 'idle' };
const watchdog = startWatchdog();

/** Writes to a pipe are synchronous, so an announcement is out before the process it names is stopped. */
const reply = (message: HolderReply): void => {
  process.stdout.write(`${JSON.stringify(message)}\n`);
};

function letGo(): void {
  if (state.is !== 'held') return;
  clearTimeout(state.timer);
  continueAll(state.stopped);
  watchdog.nobodyIsStopped();
}

async function hold(request: Extract<HolderRequest, { do: 'hold' }>): Promise<void> {
  try {
    const stopped = await stopWriters({
      folders: request.folders.map((folder) => realpathSync(folder)),
      spared: ownLine(),
      announce: (pid) => {
        watchdog.stopping(pid);
        reply({ is: 'stopping', pid });
      },
      giveUpAfterMs: request.giveUpAfterMs,
    });
    const timer = setTimeout(() => {
      letGo();
      state = { is: 'lapsed' };
    }, request.deadlineMs);
    state = { is: 'held', stopped, timer };
    reply({ is: 'held' });
  } catch (error) {
    watchdog.nobodyIsStopped();
    reply({ is: 'failed', reason: String(error) });
  }
}

function release(): void {
  const heldThroughout = state.is === 'held';
  letGo();
  state = { is: 'idle' };
  reply({ is: 'released', heldThroughout });
}

// The array may die while it is being answered. Nobody listens then, and whoever is stopped must still be continued: the
// end of the input, below, sees to that. Without a listener the failed write would end this process first.
process.stdout.on('error', () => undefined);

let working: Promise<void> = Promise.resolve();

function end(): void {
  letGo();
  process.exit(0);
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const request = holderRequest.parse(JSON.parse(line));
    if (request.do === 'release') release();
    else working = hold(request);
  })
  .on('close', () => {
    // Input that ends while processes are being stopped: they are continued as soon as it is known which.
    void working.finally(end);
  });

for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.on(name, () => {
    void working.finally(end);
  });
}
