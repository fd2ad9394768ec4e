import * as z from 'zod/mini';

/** A volume of a database by its SCSI serial, and what lives on it. */
export const DatabaseVolume = z.object({ kind: z.enum(['data', 'log']), serial: z.string() });
export type DatabaseVolume = z.infer<typeof DatabaseVolume>;

/**
 * One database of this host. Only a `managed` one is reported and started again. `making` means that process `maker` is
 * at work on it; when that process is gone, what it left is rolled back. `staged` rests until a swap puts it in service;
 * `replaced` has lost its place to a swap and is about to be forgotten. `port` is TCP on 127.0.0.1, null for engines that
 * do not listen.
 */
export const DatabaseRecord = z.object({
  id: z.string(),
  /** Identity behind the id, given once and never again. '' only in a file of an agent that knew none. */
  uid: z._default(z.string(), ''),
  name: z.string(),
  vendor: z.enum(['mssql', 'postgres']),
  state: z.enum(['making', 'managed', 'staged', 'replaced']),
  maker: z.string(),
  attach_id: z.nullable(z.string()),
  /** The swap that put it in service. */
  swap_id: z._default(z.nullable(z.string()), null),
  /** The id it was made under, when a swap has given it another. */
  made_as: z._default(z.nullable(z.string()), null),
  target_state: z.enum(['online', 'recovery']),
  volumes: z.array(DatabaseVolume).check(z.minLength(1)),
  port: z.nullable(z.int()),
  created_ts: z.int(),
});
export type DatabaseRecord = z.infer<typeof DatabaseRecord>;

/**
 * What names this very database, whatever id it has now: the id it was made under. What an engine keeps about it goes by
 * this, so that nothing of one database is ever taken for another's after a swap.
 */
export const birthIdOf = ({ id, made_as }: DatabaseRecord): string => made_as ?? id;

/**
 * What is remembered of a swap. `attempt` is the highest seen. `ran` are the birth ids of the predecessors that ran
 * before it and must run again should it fail. `undo` holds, from the moment places are exchanged until those put in
 * service have proved that they run, every record as it was before; empty otherwise.
 */
export const SwapRecord = z.object({
  swap_id: z.string(),
  attempt: z.int(),
  seen_ts: z.int(),
  ran: z.array(z.string()),
  undo: z.array(DatabaseRecord),
});
export type SwapRecord = z.infer<typeof SwapRecord>;

/**
 * The registry as it lies on disk. `next_id` only grows: an id is never given twice. `revision` grows with every
 * change, so that the running agent notices what the command line did. `tombstones` are attaches that were undone.
 */
export const RegistryContent = z.object({
  version: z.literal(1),
  revision: z.int(),
  next_id: z.int(),
  databases: z.array(DatabaseRecord),
  tombstones: z.array(z.object({ attach_id: z.string(), buried_ts: z.int() })),
  swaps: z._default(z.array(SwapRecord), []),
});
export type RegistryContent = z.infer<typeof RegistryContent>;
