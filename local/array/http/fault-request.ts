import { z } from 'zod';
import { restoreFieldOf } from '../engine/restore-plan.ts';
import type { ResourceDefinition } from '../resources/definition.ts';
import type { ResourceTable } from '../resources/table.ts';

/** Drivers look for one of these words in a 400 and try again a few times, a second apart. */
const BUSY_WORDS = ['MC_ERR_BUSY', 'MC_ERR_BUSY_SPECIFIC', 'MC_ERR_INPROGRESS', 'MC_ERR_START_TIMEOUT'] as const;

const LONGEST_WAIT_MS = 600_000;
const DAY_SECONDS = 86_400;

/** The ways a fault can end a call: one at most. */
const ENDINGS = ['status', 'drop', 'busy', 'unauthorized', 'restart'] as const;

/** The `nth` matching call from now on, and those after it for `times` or `for_seconds`, fail or wait as said. */
const callFaultRequest = z
  .strictObject({
    /** Method and collection, such as `POST snapshots`; calls on one object and bulks match too. `*` stands for any. */
    call: z.string().regex(/^(GET|POST|PATCH|DELETE|\*) \S+$/, 'method and collection, such as "POST snapshots"'),
    nth: z.number().int().min(1).default(1),
    /** How many calls in a row; 1 when `for_seconds` is left out too. */
    times: z.number().int().min(1).optional(),
    /** Counted from the first call that it fires on. */
    for_seconds: z.number().positive().max(DAY_SECONDS).optional(),
    /**
     * `before`: no effect. `during`: with the bytes copied, the writers still held and nothing recorded.
     * `after`: the effect is done, the answer is lost or replaced.
     */
    when: z.enum(['before', 'during', 'after']).default('before'),
    status: z.number().int().min(400).max(599).optional(),
    /** The connection is closed without an answer. */
    drop: z.boolean().optional(),
    busy: z.enum(BUSY_WORDS).optional(),
    unauthorized: z.literal(true).optional(),
    /** The array goes down at that point and is back after `delay_ms`. */
    restart: z.literal(true).optional(),
    delay_ms: z.number().int().min(1).max(LONGEST_WAIT_MS).optional(),
  })
  .refine(
    (fault) => {
      const endings = ENDINGS.filter((ending) => fault[ending] !== undefined && fault[ending] !== false);
      return endings.length === 1 || (endings.length === 0 && fault.delay_ms !== undefined);
    },
    { message: `one of ${ENDINGS.join(', ')}, or delay_ms alone` },
  )
  .refine((fault) => fault.times === undefined || fault.for_seconds === undefined, {
    message: 'times or for_seconds, not both',
  })
  .refine(
    (fault) =>
      fault.when !== 'during' ||
      ENDINGS.every((ending) => ending === 'restart' || fault[ending] === undefined || fault[ending] === false),
    { message: 'during takes delay_ms and restart only' },
  );
export type CallFaultRequest = z.infer<typeof callFaultRequest>;

/** Holds as long as it is set. */
const standingFaultRequest = z
  .strictObject({
    /** Whatever needs new bytes is refused. */
    array_full: z.literal(true).optional(),
    /** Added to the array's clock. */
    clock_skew_seconds: z
      .number()
      .min(-10 * 365 * DAY_SECONDS)
      .max(10 * 365 * DAY_SECONDS)
      .optional(),
  })
  .refine((fault) => (fault.array_full === undefined) !== (fault.clock_skew_seconds === undefined), {
    message: 'one of array_full and clock_skew_seconds',
  });
export type StandingFaultRequest = z.infer<typeof standingFaultRequest>;

/** Why a fault could never fire; undefined when it can. */
export function whyItCannotFire(fault: CallFaultRequest, resources: ResourceTable): string | undefined {
  const [method = '', collection = ''] = fault.call.split(' ');
  const definition = resources.get(collection);
  if (collection !== '*' && definition === undefined) return `call: no resource is called ${collection}`;
  if (fault.when !== 'during') return undefined;
  const hasMiddle = (verb: string, of: ResourceDefinition): boolean =>
    (verb === 'POST' && of.verbs.includes('POST')) || (verb === 'PATCH' && restoreFieldOf(of) !== undefined);
  const verbs = method === '*' ? ['POST', 'PATCH'] : [method];
  const named = definition === undefined ? [...resources.values()] : [definition];
  return named.some((of) => verbs.some((verb) => hasMiddle(verb, of)))
    ? undefined
    : 'when: only creations (POST) and restores (PATCH volume_groups) have a middle';
}

/** Reads what is asked for; a request without a call is one that stands. */
export const readFaultRequest = (
  body: unknown,
): z.ZodSafeParseResult<CallFaultRequest> | z.ZodSafeParseResult<StandingFaultRequest> =>
  typeof body === 'object' && body !== null && ('array_full' in body || 'clock_skew_seconds' in body)
    ? standingFaultRequest.safeParse(body)
    : callFaultRequest.safeParse(body);
