import { statfsSync } from 'node:fs';
import type { Lookup, ResourceDefinition } from './definition.ts';
import { partName } from './naming.ts';

const KIB = 1024;

/** A list of one, and the first call of every client. */
export const systemState: ResourceDefinition = {
  collection: 'system/state',
  noun: 'system',
  sequence: 'system/state',
  verbs: ['PATCH'],
  fields: {
    rest_api_version: { kind: 'str', initial: '2.2.0' },
    system_version: { kind: 'str', initial: '8.0.0' },
    system_name: partName,
    system_id: { kind: 'str', derive: (_record, lookup) => `d${lookup.identity.number}` },
    state: { kind: 'str', initial: 'ONLINE' },
    next_state: { kind: 'str', initial: 'None' },
    current_user_role: { kind: 'str', initial: 'admin' },
    iscsi_qualified_target_name: {
      kind: 'str',
      derive: (_record, lookup) => `iqn.2009-01.com.kaminario:storage.k2.${lookup.identity.number}`,
    },
    system_connectivity_type: { kind: 'str', initial: 'iSCSI' },
    system_time: { kind: 'num', derive: (_record, lookup) => lookup.now() },
    system_tz: { kind: 'str', initial: 'Etc/UTC' },
    system_tz_short: { kind: 'str', initial: 'UTC' },
    last_online_time: { kind: 'num' },
    is_system_functionality_degraded: { kind: 'bool', initial: false },
    replication_protocol_version: { kind: 'int', initial: 2 },
    replication_min_protocol_version: { kind: 'int', initial: 1 },
    replication_default_target_exposure: { kind: 'str', onPatch: true, initial: 'unmapped' },
    sra_protocol_version: { kind: 'str', initial: '1.2' },
  },
  seeds: (lookup) => [{ id: 1, system_name: `sdp${lookup.identity.number}`, last_online_time: lookup.now() }],
};

function fileSystemKib(lookup: Lookup, blocks: 'blocks' | 'bavail'): number {
  const fileSystem = statfsSync(lookup.identity.dataDir);
  return Math.floor((fileSystem[blocks] * fileSystem.bsize) / KIB);
}

const provisionedVolumes = (lookup: Lookup): number => lookup.sum('volumes', 'total', '');

const provisionedCopies = (lookup: Lookup, kind: 'snapshot' | 'view'): number =>
  lookup.sum('snapshots', 'provisioned', kind);

/** KiB. Total and free are those of the file system under the data directory, which this array may share with others. */
export const systemCapacity: ResourceDefinition = {
  collection: 'system/capacity',
  noun: 'capacity',
  sequence: 'system/capacity',
  verbs: [],
  fields: {
    total: { kind: 'int', derive: (_record, lookup) => fileSystemKib(lookup, 'blocks') },
    free: { kind: 'int', derive: (_record, lookup) => fileSystemKib(lookup, 'bavail') },
    allocated: {
      kind: 'int',
      derive: (_record, lookup) => fileSystemKib(lookup, 'blocks') - fileSystemKib(lookup, 'bavail'),
    },
    physical: {
      kind: 'int',
      derive: (_record, lookup) => fileSystemKib(lookup, 'blocks') - fileSystemKib(lookup, 'bavail'),
    },
    logical: { kind: 'int', initial: 0 },
    provisioned: {
      kind: 'int',
      derive: (_record, lookup) =>
        provisionedVolumes(lookup) + provisionedCopies(lookup, 'snapshot') + provisionedCopies(lookup, 'view'),
    },
    provisioned_volumes: { kind: 'int', derive: (_record, lookup) => provisionedVolumes(lookup) },
    provisioned_snapshots: { kind: 'int', derive: (_record, lookup) => provisionedCopies(lookup, 'snapshot') },
    provisioned_views: { kind: 'int', derive: (_record, lookup) => provisionedCopies(lookup, 'view') },
    allocated_volumes: { kind: 'int', initial: 0 },
    allocated_snapshots_and_views: { kind: 'int', initial: 0 },
    reserved: { kind: 'int', initial: 0 },
    curr_dt_chunk: { kind: 'int', initial: 0 },
    is_reclamation_in_progress: { kind: 'bool', initial: false },
    state: { kind: 'str', initial: 'ok' },
  },
  seeds: () => [{ id: 1 }],
};
