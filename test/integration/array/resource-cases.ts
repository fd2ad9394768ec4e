/** Paths of objects that the cases need. */
export interface Given {
  readonly group: string;
  readonly volume: string;
  readonly host: string;
  readonly hostGroup: string;
  readonly policy: string;
  readonly peer: string;
  readonly session: string;
  readonly scheduler: string;
  readonly netPort: string;
}

export interface ResourceCase {
  readonly collection: string;
  /** Every field on the wire, besides `id`. */
  readonly fields: string;
  readonly body: (given: Given) => Readonly<Record<string, unknown>>;
  /** What reads back of the body, where that is not what was sent. */
  readonly reads?: Readonly<Record<string, unknown>>;
  /** Sent one by one; the second is what reads back, where that is not what was sent. */
  readonly patches: (
    given: Given,
  ) => readonly (readonly [sent: Readonly<Record<string, unknown>>, read?: Readonly<Record<string, unknown>>])[];
  /** Finds exactly the object. */
  readonly filter: string;
  /** Start of the names of its events. */
  readonly event: string;
}

const ref = (path: string) => ({ ref: path });

/** Every collection that clients can write, with all its fields. */
export const RESOURCE_CASES: readonly ResourceCase[] = [
  {
    collection: 'volume_groups',
    fields: `name quota is_dedup capacity_policy description last_restored_from last_restored_time volumes_count
      snapshots_count views_count mapped_hosts_count last_snapshot_creation_time creation_time capacity_state
      snapshots_overhead_state volumes_provisioned_capacity volumes_logical_capacity snapshots_logical_capacity
      logical_capacity is_default iscsi_tgt_converted_name replication_session replication_peer_volume_group
      replication_rpo_history`,
    body: () => ({ name: 'case_vg', quota: '5000000', is_dedup: 'true', description: 'd' }),
    reads: { quota: 5_000_000, is_dedup: true, iscsi_tgt_converted_name: 'case.vg', volumes_count: 0 },
    patches: () => [
      [{ name: 'case-vg2' }],
      [{ quota: 0 }, { quota: null }],
      [{ quota: '7000000' }, { quota: 7_000_000 }],
      [{ description: 'other' }],
      [{ capacity_policy: ref('/vg_capacity_policies/1') }],
      [{ capacity_policy: null }],
    ],
    filter: 'name=case-vg2',
    event: 'VG',
  },
  {
    collection: 'volumes',
    fields: `name size volume_group description read_only vmware_support scsi_sn scsi_suffix node_id is_dedup is_new
      marked_for_deletion creation_time last_restored_from last_restored_time current_stats current_replication_stats
      replication_peer_volume logical_capacity snapshots_logical_capacity stream_avg_compressed_size_in_bytes
      avg_compressed_ratio avg_compressed_ratio_timestamp iscsi_tgt_converted_name is_thin_clone source_volume
      source_snapshot`,
    body: ({ group }) => ({ name: 'case-volume', size: '1048576', volume_group: ref(group), vmware_support: true }),
    reads: { size: 1_048_576 },
    patches: ({ group }) => [
      [{ name: 'case-volume2' }],
      [{ size: '2097152' }, { size: 2_097_152 }],
      [{ read_only: 'True' }, { read_only: true }],
      [{ volume_group: ref(group) }],
      [{ avg_compressed_ratio_timestamp: 1_700_000_000.5 }],
    ],
    filter: 'name=case-volume2&size=2097152&read_only=TRUE',
    event: 'VOLUME',
  },
  {
    collection: 'snapshots',
    fields: `short_name name source retention_policy is_exposable is_auto_deleteable volume_group replication_session
      creation_time data_creation_time last_exposed_time description triggered_by is_deleted is_exist_on_peer
      is_application_consistent is_external is_originating_from_peer is_locked_by_replication generation_number
      num_of_clones volsnaps_provisioned_capacity wwn iscsi_tgt_converted_name`,
    body: ({ group }) => ({
      short_name: 'case-snapshot',
      source: ref(group),
      retention_policy: ref('/retention_policies/3'),
      is_exposable: 'False',
    }),
    reads: { is_exposable: false, triggered_by: 'api', name: 'given-group:case-snapshot', num_of_clones: 0 },
    patches: ({ policy }) => [
      [{ short_name: 'case-snapshot2' }],
      [{ retention_policy: ref(policy) }],
      [{ is_auto_deleteable: 'true' }, { is_auto_deleteable: true }],
    ],
    filter: 'name=given-group%3Acase-snapshot2&is_auto_deleteable=True',
    event: 'SNAPSHOT',
  },
  {
    collection: 'hosts',
    fields: 'name type host_group connectivity_type is_part_of_group volumes_count views_count',
    body: () => ({ name: 'case_host', type: 'Linux', connectivity_type: 'iSCSI' }),
    reads: { host_group: null, is_part_of_group: false },
    patches: ({ hostGroup }) => [
      [{ name: 'case-host2' }],
      [{ type: 'Windows' }],
      [{ host_group: ref(hostGroup) }, { host_group: ref(hostGroup), is_part_of_group: true }],
      [{ host_group: '' }, { host_group: null, is_part_of_group: false }],
      [{ host_group: ref(hostGroup) }],
      [{ host_group: {} }, { host_group: null }],
      [{ map_auth_profiles_names: 'given-profile' }, {}],
      [{ map_auth_profiles_names: null }, {}],
    ],
    filter: 'type=Windows',
    event: 'HOST',
  },
  {
    collection: 'host_groups',
    fields: 'name description allow_different_host_types connectivity_type hosts_count volumes_count views_count',
    body: () => ({ name: 'case-hosts' }),
    reads: { description: null, allow_different_host_types: false, hosts_count: 0 },
    patches: () => [
      [{ name: 'case-hosts2' }],
      [{ description: 'racks' }],
      [{ allow_different_host_types: 'true' }, { allow_different_host_types: true }],
    ],
    filter: 'description=racks',
    event: 'HOST_GROUP',
  },
  {
    collection: 'host_iqns',
    fields: 'iqn host',
    body: ({ host }) => ({ iqn: 'iqn.2026-01.test:case', host: ref(host) }),
    patches: ({ host }) => [[{ iqn: 'iqn.2026-01.test:case2' }], [{ host: null }], [{ host: ref(host) }]],
    filter: 'iqn=iqn.2026-01.test%3Acase2',
    event: 'HOST_IQN',
  },
  {
    collection: 'host_nqns',
    fields: 'nqn host',
    body: () => ({ nqn: 'nqn.2014-08.org.nvmexpress:case' }),
    reads: { host: null },
    patches: ({ host }) => [[{ nqn: 'nqn.2014-08.org.nvmexpress:case2' }], [{ host: ref(host) }]],
    filter: 'nqn__contains=case2',
    event: 'HOST_NQN',
  },
  {
    collection: 'host_fc_ports',
    fields: 'pwwn host',
    body: () => ({ pwwn: '1234567890ABcdef' }),
    reads: { pwwn: '12:34:56:78:90:ab:cd:ef', host: null },
    patches: ({ host }) => [
      [{ pwwn: '12:34:56:78:90:AB:CD:E1' }, { pwwn: '12:34:56:78:90:ab:cd:e1' }],
      [{ host: ref(host) }],
    ],
    filter: 'pwwn=1234567890ABCDE1&pwwn__in=12%3A34%3A56%3A78%3A90%3Aab%3Acd%3Ae1&pwwn__neq=1234567890ABCDE2',
    event: 'HOST_FC_PORT',
  },
  {
    collection: 'host_auth_profiles',
    fields: 'name type username hosts_count host_groups_count',
    body: () => ({ name: 'case-profile', type: 'CHAP', username: 'u', password: 'secret-of-case' }),
    reads: { username: 'u', hosts_count: 0, password: undefined },
    patches: () => [[{ new_username: 'u2', new_password: 'other-secret' }, { username: 'u2' }]],
    filter: 'username=u2',
    event: 'HOST_AUTH_PROFILE',
  },
  {
    collection: 'mappings',
    fields: 'host volume lun unique_target',
    body: ({ host, volume }) => ({ host: ref(host), volume: ref(volume), unique_target: true }),
    reads: { lun: 1 },
    patches: () => [[{ lun: '254' }, { lun: 254 }]],
    filter: 'lun=254',
    event: 'MAPPING',
  },
  {
    collection: 'retention_policies',
    fields: 'name num_snapshots weeks days hours snapshots_usage_count',
    body: () => ({ name: 'case-policy', num_snapshots: '5', weeks: '0', days: '1', hours: '0' }),
    reads: { num_snapshots: 5, weeks: 0, days: 1, hours: 0, snapshots_usage_count: 0 },
    patches: () => [
      [{ name: 'case-policy2' }],
      [{ num_snapshots: '6' }, { num_snapshots: 6 }],
      [{ weeks: 2 }],
      [{ days: 3 }],
      [{ hours: 4 }],
    ],
    filter: 'name=case-policy2',
    event: 'RETENTION_POLICY',
  },
  {
    collection: 'vg_capacity_policies',
    fields: `name warning_threshold error_threshold critical_threshold full_threshold snapshot_overhead_threshold
      num_snapshots is_default`,
    body: () => ({
      name: 'case-capacity',
      warning_threshold: '70',
      error_threshold: '80',
      critical_threshold: '90',
      snapshot_overhead_threshold: '50',
    }),
    reads: { warning_threshold: 70, error_threshold: 80, critical_threshold: 90, snapshot_overhead_threshold: 50 },
    patches: () => [
      [{ name: 'case-capacity2' }],
      [{ warning_threshold: 71 }],
      [{ error_threshold: 81 }],
      [{ critical_threshold: 91 }],
      [{ full_threshold: 95 }],
      [{ snapshot_overhead_threshold: 60 }],
      [{ num_snapshots: 3 }],
    ],
    filter: 'full_threshold__gte=95&name__prefix=case',
    event: 'VG_CAPACITY_POLICY',
  },
  {
    collection: 'static_routes',
    fields: 'destination_subnet_ip destination_subnet_mask gateway_ip knode',
    body: () => ({
      gateway_ip: '172.16.0.1',
      destination_subnet_ip: '10.3.0.0',
      destination_subnet_mask: '255.255.0.0',
    }),
    patches: () => [],
    filter: 'gateway_ip=172.16.0.1',
    event: 'STATIC_ROUTE',
  },
  {
    collection: 'system/net_ips',
    fields: 'ip_address network_mask net_port net_portchannel net_vlan wan_port',
    body: ({ netPort }) => ({
      ip_address: '10.12.1.2',
      network_mask: '255.255.0.0',
      service: 'iscsi',
      interface: ref(netPort),
    }),
    reads: { net_port: ref('/system/net_ports/1'), wan_port: null, service: undefined, interface: undefined },
    patches: () => [],
    filter: 'ip_address=10.12.1.2',
    event: 'NET_IP',
  },
  {
    collection: 'snapshot_scheduler',
    fields: 'name time_interval_min retention_policy description start_time is_enabled',
    body: ({ policy }) => ({
      scheduler_name: 'case-scheduler',
      time_criteria: '15m:01h:00d',
      retention_policy: ref(policy),
    }),
    reads: {
      name: 'case-scheduler',
      time_interval_min: 75,
      is_enabled: true,
      scheduler_name: undefined,
      time_criteria: undefined,
    },
    patches: () => [
      [{ name: 'case-scheduler2' }],
      [{ time_criteria: '00m:00h:02d' }, { time_interval_min: 2880 }],
      [{ retention_policy: ref('/retention_policies/1') }],
      [{ description: 'nightly' }],
      [{ start_time: 1_485_727_200 }],
      [{ is_enabled: 'false' }, { is_enabled: false }],
    ],
    filter: 'name=case-scheduler2&is_enabled=false',
    event: 'SNAPSHOT_SCHEDULER',
  },
  {
    collection: 'snapshot_scheduler_mapping',
    fields: 'snapshot_scheduler volume_group last_successful_time status',
    body: ({ scheduler, group }) => ({ snapshot_scheduler: ref(scheduler), volume_group: ref(group) }),
    reads: { last_successful_time: null, status: null },
    patches: () => [],
    filter: 'volume_group.ref__in=/volume_groups/2',
    event: 'SNAPSHOT_SCHEDULER_MAPPING',
  },
  {
    collection: 'replication/peer_k2arrays',
    fields: `name mgmt_host username bandwidth_limit logical_bandwidth_limit system_id mgmt_connectivity_state
      capacity_total capacity_free capacity_allocated capacity_allocated_volumes capacity_allocated_snapshots_and_views
      capacity_physical capacity_provisioned capacity_provisioned_volumes capacity_provisioned_snapshots
      capacity_provisioned_views capacity_reserved`,
    body: () => ({
      name: 'case-peer',
      mgmt_host: '172.16.50.3',
      username: 'replication',
      password: 'secret-of-peer',
      local_username: 'local',
      local_password: 'secret-of-local',
      bandwidth_limit: '40000',
    }),
    reads: {
      bandwidth_limit: 40_000,
      password: undefined,
      local_username: undefined,
      local_password: undefined,
    },
    patches: () => [
      [{ name: 'case-peer2' }],
      [{ mgmt_host: '172.16.50.4' }],
      [{ username: 'other' }],
      [{ password: 'x' }, {}],
      [{ bandwidth_limit: 30_000 }],
    ],
    filter: 'mgmt_host=172.16.50.4',
    event: 'PEER_ARRAY',
  },
  {
    collection: 'replication/sessions',
    fields: `name replication_peer_k2array local_volume_group rpo retention_policy external_retention_policy
      remote_replication_session_name remote_replication_session_id target_exposure state stopped suspend_reason
      suspend_reason_code current_role primary current_snapshot current_snapshot_progress next_snapshot
      restored_snapshot latest_replicated_snapshot common_snapshots_count estimated_remaining_time generation_number
      replication_peer_volume_group replication_rpo_history`,
    body: ({ peer, group, policy }) => ({
      name: 'case-session',
      replication_peer_k2array: ref(peer),
      local_volume_group: ref(group),
      rpo: '1200',
      retention_policy: ref(policy),
      external_retention_policy: ref(policy),
    }),
    reads: { rpo: 1200, state: 'idle', current_role: 'source', target_exposure: 'unmapped' },
    patches: () => [
      [{ rpo: 600 }],
      [{ retention_policy: ref('/retention_policies/4') }],
      [{ external_retention_policy: ref('/retention_policies/4') }],
      [{ target_exposure: 'Mapped - Not Exposed' }],
      [
        { name: 'case-session', state: 'in_sync' },
        { state: 'in_sync', stopped: false },
      ],
      [{ state: 'suspended' }],
      [{ state: 'idle' }, { state: 'idle', stopped: true }],
      [{ name: 'case-session2' }],
    ],
    filter: 'name=case-session2&rpo=600',
    event: 'REPLICATION_SESSION',
  },
  {
    collection: 'replication/peer_volumes',
    fields: 'name local_volume replication_session replication_peer_volume_group remote_volume_id',
    body: ({ volume, session }) => ({
      name: 'case-peer-volume',
      local_volume: ref(volume),
      replication_session: ref(session),
    }),
    patches: () => [[{ name: 'case-peer-volume2' }]],
    filter: 'name=case-peer-volume2',
    event: 'PEER_VOLUME',
  },
];
