/** Fields that several requests share. Flex contract, sections 5 and 7. */
import * as z from 'zod/mini';

export const HostId = z.string().check(z.minLength(3), z.maxLength(32), z.regex(/^[a-zA-Z][a-zA-Z0-9_-]+[a-zA-Z0-9]$/));

/** In a body a host is named, not made: any text, so that an unknown one is an issue and not a schema error. */
export const NamedHost = z.string().check(z.minLength(1), z.maxLength(256));
/** Ids are short; with the longest host name in front, it still fits into a key of the table (1024 bytes). */
export const NamedDatabase = z.string().check(z.minLength(1), z.maxLength(64));
/** As long as any id that was ever given, and short enough for a key of the table. */
export const NamedSnapshot = z.string().check(z.minLength(1), z.maxLength(128));

const NamePrefix = z._default(z.string().check(z.minLength(4), z.maxLength(20), z.regex(/^[a-z][a-z0-9_-]+$/)), 'snap');
const ConsistencyLevel = z._default(z.enum(['crash', 'application']), 'application');
export const TargetState = z._default(z.enum(['online', 'recovery']), 'online');
const SessionTimeout = z.optional(z.int().check(z.positive()));

/** What every request that takes a snapshot may say of it. */
export const snapshotFields = {
  name_prefix: NamePrefix,
  consistency_level: ConsistencyLevel,
  force_vss_usage: z.optional(z.boolean()),
  use_vss: z.optional(z.boolean()),
  backup_session_timeout_sec: SessionTimeout,
  restore_session_timeout_sec: SessionTimeout,
};

/** `use_vss` is the newer name of `force_vss_usage`; either of them does. */
export const forcesVss = (body: {
  readonly force_vss_usage?: boolean | undefined;
  readonly use_vss?: boolean | undefined;
}): boolean => body.force_vss_usage === true || body.use_vss === true;
