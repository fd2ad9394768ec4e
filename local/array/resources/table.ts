import type { ResourceDefinition } from './definition.ts';
import { events, eventTargetFilters, eventTargets } from './events.ts';
import { hostAuthProfiles } from './host-auth-profiles.ts';
import { hostGroups } from './host-groups.ts';
import { hosts } from './hosts.ts';
import { hostFcPorts, hostIqns, hostNqns } from './initiators.ts';
import { staticRoutes, systemFcPorts, systemNetIps, systemNetPorts, systemServers } from './inventory.ts';
import { mappings } from './mappings.ts';
import { peerArrays, peerVolumeGroups, peerVolumes } from './replication-peers.ts';
import { replicationSessions } from './replication-sessions.ts';
import { retentionPolicies } from './retention-policies.ts';
import { snapshotSchedulerMappings, snapshotSchedulers } from './snapshot-schedulers.ts';
import { snapshots } from './snapshots.ts';
import { rpoHistory, systemStats, volumeStats } from './stats.ts';
import { partialSystemParameters, systemCapacity, systemCapacityPolicy, systemState } from './system.ts';
import { vgCapacityPolicies } from './vg-capacity-policies.ts';
import { volsnaps } from './volsnaps.ts';
import { volumeGroups } from './volume-groups.ts';
import { volumes } from './volumes.ts';

/** Every collection that the array serves. */
export const RESOURCES: readonly ResourceDefinition[] = [
  systemState,
  systemCapacity,
  systemCapacityPolicy,
  partialSystemParameters,
  systemServers,
  systemNetPorts,
  systemNetIps,
  systemFcPorts,
  staticRoutes,
  vgCapacityPolicies,
  retentionPolicies,
  volumeGroups,
  volumes,
  snapshots,
  volsnaps,
  hostGroups,
  hosts,
  hostIqns,
  hostNqns,
  hostFcPorts,
  hostAuthProfiles,
  mappings,
  snapshotSchedulers,
  snapshotSchedulerMappings,
  peerArrays,
  replicationSessions,
  peerVolumeGroups,
  peerVolumes,
  rpoHistory,
  systemStats,
  volumeStats,
  events,
  eventTargets,
  eventTargetFilters,
];

export type ResourceTable = ReadonlyMap<string, ResourceDefinition>;

export const resourceTable = (resources: readonly ResourceDefinition[] = RESOURCES): ResourceTable =>
  new Map(resources.map((resource) => [resource.collection, resource]));
