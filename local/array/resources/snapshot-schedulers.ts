import type { FieldDefinition, ResourceDefinition } from './definition.ts';
import { changeableName, description, duplicate, partName } from './naming.ts';
import { numberIn, refIn, textIn, type Draft } from './value.ts';

const MINUTES = { m: 1, h: 60, d: 1440 };

/** `15m:01h:00d` is an hour and a quarter; undefined when nothing was sent. */
function intervalMinutes(sent: Draft): number | undefined {
  const parts = textIn(sent, 'time_criteria').match(/\d+/g);
  if (parts === null) return undefined;
  const [minutes = 0, hours = 0, days = 0] = parts.map(Number);
  return minutes * MINUTES.m + hours * MINUTES.h + days * MINUTES.d;
}

const timeCriteria: FieldDefinition = {
  kind: 'str',
  onCreate: 'required',
  onPatch: true,
  writeOnly: true,
  pattern: /^\d{1,3}m:\d{1,3}h:\d{1,3}d$/,
};

/** Recorded only: no snapshot is taken by itself. */
export const snapshotSchedulers: ResourceDefinition = {
  collection: 'snapshot_scheduler',
  noun: 'snapshot scheduler',
  sequence: 'snapshot_scheduler',
  verbs: ['POST', 'PATCH', 'DELETE'],
  event: { word: 'SNAPSHOT_SCHEDULER', number: 460 },
  fields: {
    scheduler_name: { ...partName, onPatch: false, writeOnly: true },
    name: { ...changeableName, unique: true },
    time_criteria: timeCriteria,
    time_interval_min: { kind: 'int' },
    retention_policy: { kind: 'ref', onCreate: 'required', onPatch: true, to: ['retention_policies'] },
    description,
    start_time: { kind: 'num', onCreate: 'optional', onPatch: true, nullable: true, minimum: 0 },
    is_enabled: { kind: 'bool', onCreate: 'optional', onPatch: true, initial: true },
  },
  settle: (sent, lookup, before) => ({
    name: textIn(sent, 'scheduler_name') || textIn(sent, 'name'),
    start_time: numberIn(sent, 'start_time') ?? (before === undefined ? lookup.now() : null),
    time_interval_min: intervalMinutes(sent) ?? numberIn(sent, 'time_interval_min') ?? null,
  }),
  uniqueIndexes: [duplicate('snapshot scheduler', 'name')],
  checks: [
    (after) =>
      numberIn(after, 'time_interval_min') === 0 ? 'field time_criteria must be a minute at least' : undefined,
  ],
  blockers: [
    { collection: 'snapshot_scheduler_mapping', index: 'snapshot_scheduler.ref', because: 'is used by volume groups' },
  ],
};

const groupAndScheduler = (record: Draft): string =>
  `${refIn(record, 'volume_group') ?? ''} ${refIn(record, 'snapshot_scheduler') ?? ''}`;

export const snapshotSchedulerMappings: ResourceDefinition = {
  collection: 'snapshot_scheduler_mapping',
  noun: 'snapshot scheduler mapping',
  sequence: 'snapshot_scheduler_mapping',
  verbs: ['POST', 'DELETE'],
  event: { word: 'SNAPSHOT_SCHEDULER_MAPPING', number: 470 },
  fields: {
    snapshot_scheduler: { kind: 'ref', onCreate: 'required', to: ['snapshot_scheduler'] },
    volume_group: { kind: 'ref', onCreate: 'required', to: ['volume_groups'] },
    last_successful_time: { kind: 'num', nullable: true },
    status: { kind: 'str', nullable: true },
  },
  indexes: { group_and_scheduler: groupAndScheduler },
  uniqueIndexes: [
    { index: 'group_and_scheduler', message: () => 'the volume group already has this snapshot scheduler' },
  ],
};
