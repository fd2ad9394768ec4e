import type { SdpPort } from '../../ports/sdp.ts';

export interface Fault {
  readonly verb: keyof SdpPort;
  /** Which call of the verb, counted from the moment the fault is set; 1 is the next one. */
  readonly nth: number;
  /** `before`: nothing happens on the array; `after`: the effect stays and only the answer is lost. */
  readonly when: 'before' | 'after';
  /** What the call rejects with, usually a DomainError. */
  readonly error: Error;
}

export interface FaultSwitch {
  fired(): boolean;
}

export interface Faults {
  set(fault: Fault): FaultSwitch;
  /** Runs one call of a verb through the faults set for it. */
  around<T>(verb: keyof SdpPort, act: () => T): Promise<T>;
}

export const createFaults = (): Faults => {
  const waiting = new Set<{ readonly fault: Fault; calls: number; fired: boolean }>();
  return {
    set: (fault) => {
      const entry = { fault, calls: 0, fired: false };
      waiting.add(entry);
      return { fired: () => entry.fired };
    },
    // Async, so that a refusal thrown by `act` becomes a rejection.
    around: async (verb, act) => {
      const ofVerb = [...waiting].filter((entry) => entry.fault.verb === verb);
      for (const entry of ofVerb) entry.calls += 1;
      const due = ofVerb.find((entry) => entry.calls === entry.fault.nth);
      if (due === undefined) return act();
      waiting.delete(due);
      if (due.fault.when === 'after') act();
      due.fired = true;
      throw due.fault.error;
    },
  };
};
