import type { FieldDefinition, ResourceDefinition } from './definition.ts';
import { duplicate, partName } from './naming.ts';
import { flagIn, refPath, type ArrayRecord } from './value.ts';

const amount: FieldDefinition = { kind: 'int', onCreate: 'required', onPatch: true, minimum: 0 };

const builtIn = (id: number, name: string, snapshots: number, days: number): ArrayRecord => ({
  id,
  name,
  num_snapshots: snapshots,
  weeks: 0,
  days,
  hours: 0,
  is_built_in: true,
});

/** The names are those of real arrays; what the built-in ones keep is this simulator's choice. */
export const retentionPolicies: ResourceDefinition = {
  collection: 'retention_policies',
  noun: 'retention policy',
  sequence: 'retention_policies',
  verbs: ['POST', 'PATCH', 'DELETE'],
  event: { word: 'RETENTION_POLICY', number: 390 },
  fields: {
    name: { ...partName, unique: true },
    num_snapshots: amount,
    weeks: amount,
    days: amount,
    hours: amount,
    snapshots_usage_count: {
      kind: 'int',
      derive: (record, lookup) =>
        lookup.count('snapshots', 'retention_policy.ref', refPath('retention_policies', record.id)),
    },
    is_built_in: { kind: 'bool', initial: false, hidden: true },
  },
  uniqueIndexes: [duplicate('retention policy', 'name')],
  removalChecks: [(record) => (flagIn(record, 'is_built_in') ? 'is built in' : undefined)],
  blockers: [
    { collection: 'snapshots', index: 'retention_policy.ref', because: 'is used by snapshots' },
    { collection: 'snapshot_scheduler', index: 'retention_policy.ref', because: 'is used by snapshot schedulers' },
    { collection: 'replication/sessions', index: 'retention_policy.ref', because: 'is used by replication sessions' },
    {
      collection: 'replication/sessions',
      index: 'external_retention_policy.ref',
      because: 'is used by replication sessions',
    },
  ],
  seeds: () => [
    builtIn(1, 'CDP', 0, 1),
    builtIn(2, 'Backup', 0, 7),
    builtIn(3, 'Best_Effort_Retention', 0, 0),
    builtIn(4, 'Replication_Retention', 0, 1),
  ],
};
