/** Fields that several requests share. Flex contract, sections 5 and 7. */
import * as z from 'zod/mini';

export const HostId = z.string().check(z.minLength(3), z.maxLength(32), z.regex(/^[a-zA-Z][a-zA-Z0-9_-]+[a-zA-Z0-9]$/));

/** In a body a host is named, not made: any text, so that an unknown one is an issue and not a schema error. */
export const NamedHost = z.string().check(z.minLength(1), z.maxLength(256));
/** Ids are short; with the longest host name in front, it still fits into a key of the table (1024 bytes). */
export const NamedDatabase = z.string().check(z.minLength(1), z.maxLength(64));

export const NamePrefix = z._default(
  z.string().check(z.minLength(4), z.maxLength(20), z.regex(/^[a-z][a-z0-9_-]+$/)),
  'snap',
);
export const ConsistencyLevel = z._default(z.enum(['crash', 'application']), 'application');
export const TargetState = z._default(z.enum(['online', 'recovery']), 'online');
export const SessionTimeout = z.optional(z.int().check(z.positive()));
