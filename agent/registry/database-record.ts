import * as z from 'zod/mini';

/** A volume of a database by its SCSI serial, and what lives on it. */
export const DatabaseVolume = z.object({ kind: z.enum(['data', 'log']), serial: z.string() });
export type DatabaseVolume = z.infer<typeof DatabaseVolume>;

/**
 * One database of this host. `making` means that process `maker` is at work on it; when that process is gone, what it
 * left is rolled back. `port` is TCP on 127.0.0.1, null for engines that do not listen.
 */
export const DatabaseRecord = z.object({
  id: z.string(),
  name: z.string(),
  vendor: z.enum(['mssql', 'postgres']),
  state: z.enum(['making', 'managed']),
  maker: z.string(),
  attach_id: z.nullable(z.string()),
  target_state: z.enum(['online', 'recovery']),
  volumes: z.array(DatabaseVolume).check(z.minLength(1)),
  port: z.nullable(z.int()),
  created_ts: z.int(),
});
export type DatabaseRecord = z.infer<typeof DatabaseRecord>;

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
});
export type RegistryContent = z.infer<typeof RegistryContent>;
