import { statfsSync } from 'node:fs';
import { checkThresholds, threshold } from './capacity-thresholds.ts';
import type { FieldDefinition, Lookup, ResourceDefinition } from './definition.ts';
import { IPV4, partName } from './naming.ts';
import { flagIn } from './value.ts';

const KIB = 1024;

/** Something to do, not something to keep. */
const order: FieldDefinition = { kind: 'bool', onPatch: true, writeOnly: true };

/** A list of one, and the first call of every client. */
export const systemState: ResourceDefinition = {
  collection: 'system/state',
  noun: 'system',
  sequence: 'system/state',
  verbs: ['PATCH'],
  isSingle: true,
  event: { word: 'SYSTEM', number: 410 },
  changeEvent: (sent) =>
    flagIn(sent, 'send_test_event') ? 'TEST_EVENT' : flagIn(sent, 'send_callhome') ? 'CALLHOME_REQUESTED' : undefined,
  fields: {
    rest_api_version: { kind: 'str', initial: '2.2.0' },
    system_version: { kind: 'str', initial: '8.0.0' },
    system_name: partName,
    system_id: { kind: 'str', derive: (_record, lookup) => `d${lookup.identity.number}` },
    state: { kind: 'str', initial: 'ONLINE' },
    next_state: { kind: 'str', initial: 'None' },
    current_user_role: { kind: 'str', derive: (_record, _lookup, caller) => caller.role },
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
    send_callhome: order,
    send_test_event: order,
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
  isSingle: true,
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

const FACTORY_THRESHOLDS = {
  warning_threshold: 80,
  error_threshold: 90,
  critical_threshold: 96,
  full_threshold: 100,
  num_snapshots: 3,
};

export const systemCapacityPolicy: ResourceDefinition = {
  collection: 'system/capacity_policy',
  noun: 'system capacity policy',
  sequence: 'system/capacity_policy',
  verbs: ['PATCH'],
  isSingle: true,
  event: { word: 'SYSTEM_CAPACITY_POLICY', number: 420 },
  fields: {
    warning_threshold: threshold,
    error_threshold: threshold,
    critical_threshold: threshold,
    full_threshold: threshold,
    num_snapshots: { kind: 'int', onPatch: true, nullable: true, minimum: 0 },
    reset_to_factory_defaults: order,
  },
  settle: (sent) => (flagIn(sent, 'reset_to_factory_defaults') ? FACTORY_THRESHOLDS : {}),
  checks: [checkThresholds],
  seeds: () => [{ id: 1, ...FACTORY_THRESHOLDS }],
};

const dnsServer: FieldDefinition = { kind: 'str', onPatch: true, nullable: true, pattern: IPV4 };

/** Recorded only: the array resolves no names. */
export const partialSystemParameters: ResourceDefinition = {
  collection: 'system/partial_system_parameters',
  noun: 'system parameters',
  sequence: 'system/partial_system_parameters',
  verbs: ['PATCH'],
  isSingle: true,
  event: { word: 'SYSTEM_PARAMETERS', number: 430 },
  fields: { dns_server1: dnsServer, dns_server2: dnsServer, dns_server3: dnsServer },
  seeds: () => [{ id: 1 }],
};
