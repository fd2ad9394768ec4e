import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { ApiError } from '../api-error.ts';
import { holderReply, type HolderReply, type HolderRequest } from './protocol.ts';
import { usersOf } from './users.ts';
import { continueAll } from './writers.ts';

/**
 * Runs the work while no process that has files open under the folders can write, and continues them afterwards.
 * Throws a 503 when they could not be stopped, or not kept stopped until the work was done; what it did is then worthless.
 */
export type HoldWriters = <Result>(folders: readonly string[], work: () => Promise<Result>) => Promise<Result>;

/** Runs one piece of work after the other. */
export type InTurn = <Result>(work: () => Promise<Result>) => Promise<Result>;

export interface Holder {
  readonly holdWriters: HoldWriters;
  /** Runs the work while nobody is held. */
  readonly inTurn: InTurn;
  /** Who works under the folders now, as `name (process id)`; nobody where it cannot be known. */
  usersOf(folders: readonly string[]): readonly string[];
  /** False where processes cannot be stopped and seen to be stopped. */
  readonly promisesOneInstant: boolean;
  close(): Promise<void>;
}

export interface HolderOptions {
  /** How long writers are kept stopped at most. */
  readonly deadlineMs: number;
}

/** A thread that does not stop within this time hangs in the kernel. */
const GIVE_UP_AFTER_MS = 5_000;

type HolderProcess = ChildProcessByStdio<Writable, Readable, null>;

const lapsed = (reason: string): ApiError => new ApiError(503, `the copy was not made: ${reason}`);

/** Only Linux tells which processes have files open and whether each of their threads has stopped. */
function withoutHolding(): Holder {
  const inTurn = createTurns();
  return {
    promisesOneInstant: false,
    inTurn,
    usersOf: () => [],
    holdWriters: async (_folders, work) => inTurn(work),
    close: async () => Promise.resolve(),
  };
}

function createTurns(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return async (work) => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
}

interface Line {
  ask(request: HolderRequest): Promise<HolderReply>;
  end(): Promise<void>;
}

/** Starts the holder in a process group of its own: a Ctrl-C or a kill of the array's group does not reach it. */
function startHolder(onEnd: () => void): Line {
  const entry = fileURLToPath(new URL('main.ts', import.meta.url));
  const child: HolderProcess = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), entry], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  const announced = new Set<number>();
  const gone: HolderReply = { is: 'failed', reason: 'the holder process ended' };
  let hasEnded = false;
  let answer: ((reply: HolderReply) => void) | undefined;
  createInterface({ input: child.stdout }).on('line', (text) => {
    const reply = holderReply.parse(JSON.parse(text));
    if (reply.is === 'stopping') {
      announced.add(reply.pid);
      return;
    }
    if (reply.is !== 'held') announced.clear();
    answer?.(reply);
  });
  const ended = once(child, 'close').then(() => {
    // It went away by itself: whom it announced and did not continue is continued from here.
    hasEnded = true;
    continueAll(announced);
    answer?.(gone);
    onEnd();
  });
  // A holder that has ended is noticed by its end, above; the failed write says nothing more.
  child.stdin.on('error', () => undefined);
  return {
    ask: async (request) => {
      if (hasEnded) return gone;
      const reply = new Promise<HolderReply>((resolve) => {
        answer = resolve;
      });
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return reply;
    },
    end: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

/**
 * One holder process, started ahead so that a snapshot does not wait for it. Holds follow one another: a process that
 * works under two groups must not be continued by the end of one hold while the other needs it stopped.
 */
function withHolding({ deadlineMs }: HolderOptions): Holder {
  let line: Line | undefined;
  const inTurn = createTurns();
  const current = (): Line => {
    line ??= startHolder(() => {
      line = undefined;
    });
    return line;
  };

  const holdNow = async <Result>(folders: readonly string[], work: () => Promise<Result>): Promise<Result> => {
    const holder = current();
    const held = await holder.ask({ do: 'hold', folders: [...folders], giveUpAfterMs: GIVE_UP_AFTER_MS, deadlineMs });
    if (held.is !== 'held') throw lapsed(held.is === 'failed' ? held.reason : 'the holder answered out of turn');
    const [outcome] = await Promise.allSettled([work()]);
    const released = await holder.ask({ do: 'release' });
    if (outcome.status === 'rejected') throw outcome.reason;
    if (released.is !== 'released' || !released.heldThroughout)
      throw lapsed('the writers had to be continued before the copy was complete');
    return outcome.value;
  };

  current();
  return {
    promisesOneInstant: true,
    inTurn,
    usersOf,
    holdWriters: async (folders, work) => inTurn(() => holdNow(folders, work)),
    close: async () => inTurn(async () => line?.end()),
  };
}

export const createHolder = (options: HolderOptions): Holder =>
  process.platform === 'linux' ? withHolding(options) : withoutHolding();
