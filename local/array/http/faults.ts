import type { CallFaultRequest, StandingFaultRequest } from './fault-request.ts';

interface Counted {
  readonly id: number;
  /** Matching calls since it was set. */
  readonly seen: number;
  readonly fired: number;
  /** Unix seconds of the last time. */
  readonly fired_at: number | null;
}

export interface CallFault extends CallFaultRequest, Counted {
  /** Unix seconds at which one with `for_seconds` is over; null until it fires. */
  readonly fires_until: number | null;
}

/** A call as one fault has seen it. */
export interface Match {
  readonly id: number;
  /** Which of the matching calls it is, from 1 on. */
  readonly seen: number;
}

type StandingFault = StandingFaultRequest & Counted;
export type Fault = CallFault | StandingFault;

/** The faults that were asked for. They live in memory: they outlast a restart that a fault asked for, and no other. */
export interface Faults {
  add(request: CallFaultRequest | StandingFaultRequest): Fault;
  list(): readonly Fault[];
  remove(id: number): boolean;
  clear(): void;
  /** Counts a call against all faults that match it. */
  matching(method: string, collection: string): readonly Match[];
  /** Fires a fault, if it is one of that moment and due; undefined otherwise. */
  fire(match: Match, when: CallFault['when']): CallFault | undefined;
  /** Whether the array is to be full; counts the refusal that follows. */
  refusesBytes(): boolean;
  clockSkewSeconds(): number;
}

const matches = ({ call }: CallFault, method: string, collection: string): boolean => {
  const [wantedMethod, wantedCollection] = call.split(' ');
  return (
    (wantedMethod === '*' || wantedMethod === method) && (wantedCollection === '*' || wantedCollection === collection)
  );
};

/** Whether a fault may act on its nth matching call: a call on which it could not leaves it for the next one. */
const isDue = ({ nth, times = 1, for_seconds, fired, fires_until }: CallFault, seen: number, now: number): boolean => {
  if (seen < nth) return false;
  return for_seconds === undefined ? fired < times : fires_until === null || now < fires_until;
};

/** @param now Unix seconds of the machine, whatever the array's clock is made to say. */
export function createFaults(now: () => number): Faults {
  const faults = new Map<number, Fault>();
  let lastId = 0;

  const see = <Some extends Fault>(fault: Some): Some => {
    const next = { ...fault, seen: fault.seen + 1 };
    faults.set(fault.id, next);
    return next;
  };
  const fire = <Some extends Fault>(fault: Some): Some => {
    const next = { ...fault, fired: fault.fired + 1, fired_at: now() };
    faults.set(fault.id, next);
    return next;
  };

  return {
    add: (request) => {
      lastId += 1;
      const counted: Counted = { id: lastId, seen: 0, fired: 0, fired_at: null };
      const fault: Fault =
        'call' in request ? { ...request, ...counted, fires_until: null } : { ...request, ...counted };
      faults.set(fault.id, fault);
      return fault;
    },
    list: () => [...faults.values()],
    remove: (id) => faults.delete(id),
    clear: () => {
      faults.clear();
    },
    matching: (method, collection) => {
      const matching: Match[] = [];
      for (const fault of [...faults.values()]) {
        if ('call' in fault) {
          if (matches(fault, method, collection)) matching.push({ id: fault.id, seen: see(fault).seen });
        } else if (fault.clock_skew_seconds !== undefined) fire(see(fault));
      }
      return matching;
    },
    fire: ({ id, seen }, when) => {
      const fault = faults.get(id);
      if (fault === undefined || !('call' in fault) || fault.when !== when || !isDue(fault, seen, now()))
        return undefined;
      const fires_until = fault.for_seconds === undefined ? null : (fault.fires_until ?? now() + fault.for_seconds);
      return fire({ ...fault, fires_until });
    },
    refusesBytes: () => {
      const full = [...faults.values()].filter((fault) => !('call' in fault) && fault.array_full === true);
      for (const fault of full) fire(see(fault));
      return full.length > 0;
    },
    clockSkewSeconds: () =>
      [...faults.values()].reduce((sum, fault) => sum + ('call' in fault ? 0 : (fault.clock_skew_seconds ?? 0)), 0),
  };
}
