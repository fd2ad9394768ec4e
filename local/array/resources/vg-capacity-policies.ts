import { checkThresholds, threshold } from './capacity-thresholds.ts';
import type { FieldDefinition, ResourceDefinition } from './definition.ts';
import { duplicate, partName } from './naming.ts';
import { flagIn } from './value.ts';

const required: FieldDefinition = { ...threshold, onCreate: 'required' };

export const vgCapacityPolicies: ResourceDefinition = {
  collection: 'vg_capacity_policies',
  noun: 'capacity policy',
  sequence: 'vg_capacity_policies',
  verbs: ['POST', 'PATCH', 'DELETE'],
  event: { word: 'VG_CAPACITY_POLICY', number: 400 },
  fields: {
    name: { ...partName, unique: true },
    warning_threshold: required,
    error_threshold: required,
    critical_threshold: required,
    full_threshold: { ...threshold, onCreate: 'optional', initial: 100 },
    snapshot_overhead_threshold: required,
    num_snapshots: { kind: 'int', onCreate: 'optional', onPatch: true, nullable: true, minimum: 0 },
    is_default: { kind: 'bool', initial: false },
  },
  uniqueIndexes: [duplicate('capacity policy', 'name')],
  checks: [checkThresholds],
  removalChecks: [(record) => (flagIn(record, 'is_default') ? 'is built in' : undefined)],
  blockers: [{ collection: 'volume_groups', index: 'capacity_policy.ref', because: 'is used by volume groups' }],
  seeds: () => [
    {
      id: 1,
      name: 'default_vg_capacity_policy',
      warning_threshold: 80,
      error_threshold: 90,
      critical_threshold: 95,
      full_threshold: 100,
      snapshot_overhead_threshold: 50,
      num_snapshots: null,
      is_default: true,
    },
  ],
};
