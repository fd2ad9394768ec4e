/**
 * The wire between the control plane and a host agent. Both sides import this file; it is the only thing they share.
 *
 * - Commands travel as JSON text on the host's own SQS queue (`AgentCommand`).
 * - Everything else is HTTPS with the host token: `POST /api/agent/v1/...` (`AgentRoutes`).
 *
 * All times are integer Unix seconds (UTC), all durations whole seconds, all sizes MiB.
 * Delivery is at least once: a command is identified by `command_id`, and an agent that has already carried it out
 * answers again with the recorded outcome instead of acting again.
 */
import * as z from 'zod/mini';

const text = z.string().check(z.minLength(1), z.maxLength(1024));
const seconds = z.int().check(z.positive());

/** A file of a database as its engine reports it. Flex API contract, section 5.1. */
const DatabaseFile = z.object({
  name: z.string(),
  file_id: z.int(),
  kind: z.enum(['data', 'log']),
  path: z.string(),
  size_mb: z.int(),
  backup_status: z.string(),
});

/** Where a volume of the database is visible on the host; `serial` is the SCSI serial, the join key to the array. */
const MountPoint = z.object({ kind: z.string(), path: z.string(), serial: z.string() });

/**
 * One database of a host. `id` is assigned once by the agent, a decimal string >= 5 of at most 15 digits, never reused.
 * `uid` is the identity behind the id: engines, or an agent that lost its state, give an id to another database, and never a
 * uid. It goes with the id when a swap hands that on. Absent where the agent knows none.
 * `status` is upper case: ONLINE, OFFLINE, RESTORING, RECOVERING, SUSPECT.
 * `connection` tells a local client where the engine listens for this database (ours, not in the Flex contract).
 */
export const DatabaseReport = z.object({
  id: z.string().check(z.regex(/^[1-9][0-9]{0,14}$/)),
  uid: z.optional(text.check(z.maxLength(64))),
  name: text,
  vendor: z.enum(['mssql', 'postgres']),
  status: z.string(),
  files: z.array(DatabaseFile),
  mount_points: z.array(MountPoint),
  connection: z.optional(z.object({ host: z.string(), port: z.int() })),
});
export type DatabaseReport = z.infer<typeof DatabaseReport>;

/**
 * Part of the host's whole inventory. `sequence` grows with every inventory an agent takes (kept in its state
 * directory over restarts); an inventory older than the stored one is ignored. All chunks of one inventory carry the
 * same sequence; the databases absent from a complete inventory are gone from the host.
 */
export const InventoryReport = z
  .object({
    sequence: z.int().check(z.positive()),
    chunk: z.int().check(z.nonnegative()),
    chunks: z.int().check(z.positive()),
    databases: z.array(DatabaseReport),
  })
  .check(z.refine(({ chunk, chunks }) => chunk < chunks, { error: 'must be below chunks', path: ['chunk'] }));
export type InventoryReport = z.infer<typeof InventoryReport>;

/** Facts of the host, sent with every heartbeat. Flex API contract, section 5. */
export const AgentHeartbeat = z.object({
  host_name: z.string(),
  host_iqn: z.string(),
  host_os: z.string(),
  host_os_version: z.string(),
  agent_version: z.string(),
  cloud_vendor: z.enum(['GCP', 'AWS', 'AZURE', 'UNKNOWN']),
  db_engine_version: z.string(),
  /** Whether a database that is replaced may be renamed and kept; an agent that does not say so may. */
  may_keep_backups: z._default(z.boolean(), true),
  /** Whether a freeze may be asked for by VSS; an agent that does not say so knows nothing of VSS. */
  has_vss_provider: z._default(z.boolean(), false),
});
export type AgentHeartbeat = z.infer<typeof AgentHeartbeat>;

/** Answer to a heartbeat: when `generation` is not the one the agent works under, it asks for queue access again. */
export const AgentHeartbeatAnswer = z.object({ generation: z.int() });

/** Answer of `POST /api/agent/v1/queue-access`: the host's own queue and credentials that reach only it. */
export const QueueAccess = z.object({
  queue_url: z.string(),
  region: z.string(),
  endpoint: z.optional(z.string()),
  generation: z.int(),
  credentials: z.object({
    access_key_id: z.string(),
    secret_access_key: z.string(),
    session_token: z.optional(z.string()),
    expires_ts: z.int(),
  }),
});
export type QueueAccess = z.infer<typeof QueueAccess>;

/** A volume of the source database and the volume that holds its copy, both as SCSI serials. */
const VolumePair = z.object({ source_serial: text, serial: text });

/**
 * `freeze`: bring the databases into a state in which a snapshot of their volumes is consistent at application level,
 * and hold it. Dead man's switch: the agent counts `max_seconds` on its own monotonic clock from the moment of the
 * freeze and thaws by itself. The result names, per database, the point a copy must at least reach (for postgres the
 * LSN `pg_backup_start` returned; '' where the engine has none). `force_vss`: by the VSS provider of the host; one that
 * has none refuses with FREEZE_FAILED.
 */
const Freeze = z.object({
  freeze_id: text,
  databases: z.array(z.object({ id: text, name: text })).check(z.minLength(1)),
  max_seconds: seconds,
  force_vss: z._default(z.boolean(), false),
});
export const FreezeResult = z.object({
  freeze_id: text,
  databases: z.array(z.object({ id: text, restore_point: z.string() })),
});

/**
 * `thaw`: end the freeze. `held` says whether it was in force without interruption from the freeze to this command;
 * false (with `reason`) when it lapsed, the session died, or this agent knows no such freeze. Never a failure.
 */
const Thaw = z.object({ freeze_id: text });
export const ThawResult = z.object({ freeze_id: text, held: z.boolean(), reason: z.string() });

/**
 * `attach`: make a database named `db_name` from the volumes that just appeared in the device root. Rescans first.
 * `volumes` pairs every volume of the source database with its copy. Idempotent by `attach_id`. On failure the agent
 * leaves nothing behind on the host: no process, no registration, no open file on the volumes.
 * `target_state` recovery: the database stays in recovery (postgres: standby; mssql: RESTORING).
 * `staged`: it is made and checked beside the database whose place it will take by a `swap`, then rests: it is in no
 * inventory, does not run, and nobody but a swap or the `detach` of its `attach_id` touches it.
 */
const Attach = z.object({
  attach_id: text,
  db_name: text,
  vendor: z.enum(['mssql', 'postgres']),
  target_state: z.enum(['online', 'recovery']),
  staged: z._default(z.boolean(), false),
  source: z.object({
    database_id: text,
    database_name: text,
    restore_point: z.string(),
    volumes: z.array(VolumePair).check(z.minLength(1)),
  }),
});
export const AttachResult = z.object({ database: DatabaseReport });

/**
 * `swap`: staged databases take the places of databases of this host: all of them or none. The one put in service has
 * `db_name` and listens where its predecessor did. Without `backup_name` it takes over the id `database_id` too, and the
 * predecessor is stopped and forgotten, its data left on its volumes as it is; with it the predecessor keeps its id, is
 * renamed, and goes on beside it. Idempotent by `swap_id`. A failure (but COMMAND_EXPIRED, STALE_GENERATION and
 * COMMAND_REVOKED, which say that nothing was tried) means that every predecessor is in service as before.
 * `attempt` fences: a swap of a lower attempt than one seen before is refused with COMMAND_REVOKED. At no instant is
 * there a place without a database that a restarted agent would bring up.
 */
const Swap = z.object({
  swap_id: text,
  attempt: z.int().check(z.positive()),
  databases: z
    .array(z.object({ attach_id: text, database_id: text, db_name: text, backup_name: z.nullable(text) }))
    .check(z.minLength(1)),
});
/** In the order of the command: each database that is in service now, and the id of the backup that was kept of its predecessor. */
export const SwapResult = z.object({
  databases: z.array(
    z.object({ attach_id: text, database: DatabaseReport, backup_id: z._default(z.nullable(text), null) }),
  ),
});

/**
 * `detach`: stop the database and forget it, so that its volumes can be unmapped. The target is found by `attach_id`
 * (undo of an attach, also one that never arrived: the agent keeps a tombstone and refuses a later attach with that
 * id) or by `database_id`, and then only if it also bears `db_name` (ignoring case), or, where that is given,
 * `database_uid` whatever its name: an id may have come to another database. "Not there" is success. Data on the volumes is left as it is. By `attach_id` a database that
 * a swap has put in service is refused with DB_IN_SERVICE.
 */
const Detach = z.object({
  attach_id: z.nullable(text),
  database_id: z.nullable(text),
  database_uid: z._default(z.nullable(text), null),
  db_name: text,
});
export const DetachResult = z.object({ detached: z.boolean() });

/** `inventory`: only report (the inventory rides on the outcome, as on every other command). */
const Nothing = z.object({});

const envelope = {
  version: z.literal(1),
  command_id: text,
  host_id: text,
  /** Registration generation; a command of another generation is refused with STALE_GENERATION. */
  generation: z.int(),
  /** A command not begun by then is refused with COMMAND_EXPIRED. */
  not_after_ts: z.int(),
  /** While it works on the command the agent posts `heartbeat` at least this often. */
  heartbeat_seconds: seconds,
};

export const AgentCommand = z.discriminatedUnion('kind', [
  z.object({ ...envelope, kind: z.literal('freeze'), arguments: Freeze }),
  z.object({ ...envelope, kind: z.literal('thaw'), arguments: Thaw }),
  z.object({ ...envelope, kind: z.literal('attach'), arguments: Attach }),
  z.object({ ...envelope, kind: z.literal('swap'), arguments: Swap }),
  z.object({ ...envelope, kind: z.literal('detach'), arguments: Detach }),
  z.object({ ...envelope, kind: z.literal('rescan'), arguments: Nothing }),
  z.object({ ...envelope, kind: z.literal('inventory'), arguments: Nothing }),
]);
export type AgentCommand = z.infer<typeof AgentCommand>;
export type AgentCommandKind = AgentCommand['kind'];

/** Codes an agent gives for a command it could not carry out. `message` is for people and holds no secret. */
export const AgentErrorCode = z.enum([
  'STALE_GENERATION',
  'COMMAND_EXPIRED',
  'COMMAND_UNKNOWN',
  'COMMAND_REVOKED',
  'DB_NOT_FOUND',
  'DB_NAME_IS_IN_USE',
  'DB_IN_SERVICE',
  'DEVICE_NOT_FOUND',
  'LAYOUT_NOT_SUPPORTED',
  'ENGINE_FAILED',
  'FREEZE_FAILED',
]);
export type AgentErrorCode = z.infer<typeof AgentErrorCode>;

/** Body of `POST /api/agent/v1/commands/{command_id}/success`; `result` is the kind's result ({} where it has none). */
export const CommandSuccess = z.object({
  result: z.record(z.string(), z.unknown()),
  inventory: z.optional(InventoryReport),
});
export type CommandSuccess = z.infer<typeof CommandSuccess>;

/** Body of `POST /api/agent/v1/commands/{command_id}/failure`. */
export const CommandFailure = z.object({
  error: z.object({ code: AgentErrorCode, message: z.string().check(z.maxLength(2000)) }),
  inventory: z.optional(InventoryReport),
});
export type CommandFailure = z.infer<typeof CommandFailure>;

/**
 * Paths of the agent face. Answers: 200 with JSON (queue-access, heartbeat), 204 for the rest; 403 for a bad token;
 * 404 for a command this host never had and 422 for a body nobody understands (drop both); 5xx: repeat.
 */
export const agentPaths = {
  queueAccess: '/api/agent/v1/queue-access',
  heartbeat: '/api/agent/v1/heartbeat',
  inventory: '/api/agent/v1/inventory',
  commandHeartbeat: (id: string) => `/api/agent/v1/commands/${id}/heartbeat`,
  commandSuccess: (id: string) => `/api/agent/v1/commands/${id}/success`,
  commandFailure: (id: string) => `/api/agent/v1/commands/${id}/failure`,
} as const;
