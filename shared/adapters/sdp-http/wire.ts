import * as z from 'zod/mini';

/**
 * The fields we read of the array's objects. Arrays in the field answer numbers and flags also as strings
 * (contract sdp-rest, section 1), so both are read. Unknown fields are dropped.
 */
const text = z.pipe(z.union([z.string(), z.number()]), z.transform(String));
const decimal = z.pipe(z.union([z.number(), z.string().check(z.regex(/^\d+(\.\d+)?$/))]), z.transform(Number));
const flag = z.pipe(
  z.union([z.boolean(), z.string()]),
  z.transform((value) => String(value).toLowerCase() === 'true'),
);
const optionalFlag = z.pipe(
  z.optional(z.nullable(flag)),
  z.transform((value) => value ?? false),
);
/** `/collection/id`, or null. */
const ref = z.pipe(
  z.optional(z.nullable(z.object({ ref: z.string() }))),
  z.transform((value) => value?.ref ?? null),
);

const id = z.int();

export const SystemState = z.object({ system_id: text, system_name: text, system_version: text, state: text });

/** KiB. */
export const SystemCapacity = z.object({
  total: decimal,
  free: decimal,
  allocated: decimal,
  provisioned: decimal,
  state: text,
});

export const Named = z.object({ id, name: text });

export const Volume = z.object({ id, name: text, size: decimal, volume_group: ref, scsi_sn: text });

export const Snapshot = z.object({
  id,
  short_name: text,
  source: ref,
  volume_group: ref,
  is_exposable: optionalFlag,
  is_deleted: optionalFlag,
  creation_time: decimal,
});
export type Snapshot = z.infer<typeof Snapshot>;

export const Volsnap = z.object({ id, snapshot: ref, source: ref, scsi_sn: text });

export const Initiator = z.object({ id, iqn: z.string(), host: ref });

export const Mapping = z.object({ id, host: ref, volume: ref });
