import { setTimeout as wait } from 'node:timers/promises';
import type { Fault } from './faults.ts';

/** How a call ends that a fault has taken over. */
export type FaultOutcome = { readonly drop: true } | { readonly drop: false; readonly status: number };

/** Waits as long as the faults of one moment of a call say, and tells how the call ends if one of them ends it. */
export async function applyFaults(firing: readonly Fault[], when: Fault['when']): Promise<FaultOutcome | undefined> {
  let outcome: FaultOutcome | undefined;
  for (const fault of firing.filter((candidate) => candidate.when === when)) {
    if (fault.delay_ms !== undefined) await wait(fault.delay_ms);
    if (fault.drop === true) outcome ??= { drop: true };
    if (fault.status !== undefined) outcome ??= { drop: false, status: fault.status };
  }
  return outcome;
}
