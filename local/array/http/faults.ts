import { z } from 'zod';

/** What a test asks for: the `nth` matching call from now on (and `times` - 1 after it) fails, or waits, as said. */
export const faultRequest = z
  .strictObject({
    /** Method and collection, such as `POST snapshots`; calls on one object of the collection match too. */
    call: z.string().regex(/^(GET|POST|PATCH|DELETE) \S+$/, 'method and collection, such as "POST snapshots"'),
    nth: z.number().int().min(1).default(1),
    times: z.number().int().min(1).default(1),
    /**
     * `before`: no effect. `during`: waits with the bytes copied, the writers still held and nothing recorded.
     * `after`: the effect is done, the answer is lost or replaced.
     */
    when: z.enum(['before', 'during', 'after']),
    status: z.number().int().min(400).max(599).optional(),
    /** The connection is closed without an answer. */
    drop: z.boolean().optional(),
    delay_ms: z.number().int().min(1).max(600_000).optional(),
  })
  .refine(
    (fault) =>
      (fault.status !== undefined || fault.drop === true || fault.delay_ms !== undefined) &&
      !(fault.status !== undefined && fault.drop === true),
    {
      message: 'one of status and drop, or delay_ms',
    },
  )
  .refine((fault) => fault.when !== 'during' || (fault.status === undefined && fault.drop === undefined), {
    message: 'during takes delay_ms only',
  });
export type FaultRequest = z.infer<typeof faultRequest>;

export interface Fault extends FaultRequest {
  readonly id: number;
  /** Matching calls since it was set. */
  readonly seen: number;
  readonly fired: number;
  /** Unix seconds of the last time. */
  readonly fired_at: number | null;
}

/** The faults that were asked for. They live in memory: a restart clears them. */
export interface Faults {
  add(request: FaultRequest): Fault;
  list(): readonly Fault[];
  remove(id: number): boolean;
  clear(): void;
  /** Counts a call against all faults and returns those that fire on it. */
  firing(method: string, collection: string): readonly Fault[];
}

export function createFaults(now: () => number): Faults {
  const faults = new Map<number, Fault>();
  let lastId = 0;
  return {
    add: (request) => {
      lastId += 1;
      const fault: Fault = { ...request, id: lastId, seen: 0, fired: 0, fired_at: null };
      faults.set(fault.id, fault);
      return fault;
    },
    list: () => [...faults.values()],
    remove: (id) => faults.delete(id),
    clear: () => {
      faults.clear();
    },
    firing: (method, collection) => {
      const firing: Fault[] = [];
      for (const fault of faults.values()) {
        if (fault.call !== `${method} ${collection}`) continue;
        const seen = fault.seen + 1;
        const fires = seen >= fault.nth && seen < fault.nth + fault.times;
        const next = fires ? { ...fault, seen, fired: fault.fired + 1, fired_at: now() } : { ...fault, seen };
        faults.set(fault.id, next);
        if (fires) firing.push(next);
      }
      return firing;
    },
  };
}
