import type { ResourceDefinition } from './definition.ts';
import { hostIqns } from './host-iqns.ts';
import { hosts } from './hosts.ts';
import { mappings } from './mappings.ts';
import { retentionPolicies } from './retention-policies.ts';
import { snapshots } from './snapshots.ts';
import { systemCapacity, systemState } from './system.ts';
import { vgCapacityPolicies } from './vg-capacity-policies.ts';
import { volsnaps } from './volsnaps.ts';
import { volumeGroups } from './volume-groups.ts';
import { volumes } from './volumes.ts';

/** Every collection that the array serves. */
export const RESOURCES: readonly ResourceDefinition[] = [
  systemState,
  systemCapacity,
  vgCapacityPolicies,
  retentionPolicies,
  volumeGroups,
  volumes,
  snapshots,
  volsnaps,
  hosts,
  hostIqns,
  mappings,
];

export type ResourceTable = ReadonlyMap<string, ResourceDefinition>;

export const resourceTable = (resources: readonly ResourceDefinition[] = RESOURCES): ResourceTable =>
  new Map(resources.map((resource) => [resource.collection, resource]));
