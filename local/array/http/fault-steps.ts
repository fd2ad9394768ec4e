import { setTimeout as wait } from 'node:timers/promises';
import { challenge, CutOff, failure, type Outcome } from './answer.ts';
import type { CallFault, Faults, Match } from './faults.ts';

/** What going down and coming back means for a call under way. */
export interface Life {
  /** Aborted when the array goes down. */
  readonly cut: AbortSignal;
  /** Makes the array go down now and come back after a while. Returns at once. */
  readonly restart: (downForMs: number) => void;
}

const ASKED_FOR = 'a fault was asked for on this call';

function endingOf(fault: CallFault, life: Life): Outcome | undefined {
  if (fault.restart === true) {
    life.restart(fault.delay_ms ?? 0);
    return { drop: true };
  }
  if (fault.drop === true) return { drop: true };
  if (fault.status !== undefined) return failure(fault.status, ASKED_FOR);
  if (fault.busy !== undefined) return failure(400, `${fault.busy}: ${ASKED_FOR}`);
  if (fault.unauthorized === true) return challenge(ASKED_FOR);
  return undefined;
}

async function delay(fault: CallFault, { cut }: Life): Promise<void> {
  if (fault.delay_ms === undefined || fault.restart === true) return;
  try {
    await wait(fault.delay_ms, undefined, { signal: cut });
  } catch (cause) {
    throw new CutOff('the array went down', { cause });
  }
}

/** Fires the faults of one moment of a call, which may wait, and tells how the call ends if one of them ends it. */
export async function applyFaults(
  faults: Faults,
  matching: readonly Match[],
  when: CallFault['when'],
  life: Life,
): Promise<Outcome | undefined> {
  let outcome: Outcome | undefined;
  const fired = matching.flatMap((match) => faults.fire(match, when) ?? []);
  for (const fault of fired) {
    await delay(fault, life);
    outcome ??= endingOf(fault, life);
  }
  return outcome;
}
