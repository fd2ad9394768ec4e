import type { FieldDefinition, ResourceDefinition } from './definition.ts';
import { duplicate, IPV4 } from './naming.ts';
import { refIn, refTo } from './value.ts';

const SERVER = 'kblock01-knode01';

const server: FieldDefinition = { kind: 'ref', nullable: true, to: ['system/servers'] };
const status: FieldDefinition = { kind: 'str', initial: 'ok' };
const never: FieldDefinition = { kind: 'bool', initial: false };
/** Refs to parts that this array does not list. */
const unlisted: FieldDefinition = { kind: 'ref', nullable: true };
const address: FieldDefinition = { kind: 'str', onCreate: 'required', pattern: IPV4 };

/** The process that the array is, as one server. */
export const systemServers: ResourceDefinition = {
  collection: 'system/servers',
  noun: 'server',
  sequence: 'system/servers',
  verbs: [],
  fields: {
    name: { kind: 'str', unique: true },
    display_name: { kind: 'str', initial: '' },
    contained_in: unlisted,
    fru_type: { kind: 'str', initial: 'process' },
    is_fru: never,
    is_expansion_in_progress: never,
    is_phased_out: never,
    is_phasing_in: never,
    ndu_state: { kind: 'str', initial: 'component upgrade idle' },
    status,
  },
  seeds: () => [{ id: 1, name: SERVER }],
};

export const systemNetPorts: ResourceDefinition = {
  collection: 'system/net_ports',
  noun: 'network port',
  sequence: 'system/net_ports',
  verbs: [],
  fields: {
    name: { kind: 'str', unique: true },
    server,
    contained_in: server,
    port_type: { kind: 'str', initial: 'iscsi' },
    auto_negotiation: { kind: 'bool', nullable: true },
    flow_control: { kind: 'bool', nullable: true },
    is_fru: never,
    link_state: unlisted,
    speed_state: unlisted,
    mac_addr: { kind: 'str', initial: '00:00:00:00:00:00' },
    mtu: { kind: 'str', nullable: true },
  },
  seeds: () => [
    {
      id: 1,
      name: `${SERVER}-iscsi01`,
      server: refTo('system/servers', 1),
      contained_in: refTo('system/servers', 1),
    },
  ],
};

/** Cinder takes the first one without a WAN port as the portal of its iSCSI volumes. */
export const systemNetIps: ResourceDefinition = {
  collection: 'system/net_ips',
  noun: 'network address',
  sequence: 'system/net_ips',
  verbs: ['POST', 'DELETE'],
  event: { word: 'NET_IP', number: 440 },
  fields: {
    ip_address: { ...address, unique: true },
    network_mask: address,
    interface: { kind: 'ref', onCreate: 'required', writeOnly: true, to: ['system/net_ports'] },
    service: { kind: 'str', onCreate: 'required', writeOnly: true },
    net_port: { kind: 'ref', nullable: true, to: ['system/net_ports'] },
    net_portchannel: { kind: 'int', nullable: true },
    net_vlan: { kind: 'int', nullable: true },
    wan_port: { kind: 'int', nullable: true },
  },
  settle: (sent) => (refIn(sent, 'interface') === undefined ? {} : { net_port: sent['interface'] ?? null }),
  uniqueIndexes: [duplicate('network address', 'ip_address')],
  seeds: () => [{ id: 1, ip_address: '127.0.0.1', network_mask: '255.0.0.0', net_port: refTo('system/net_ports', 1) }],
};

export const systemFcPorts: ResourceDefinition = {
  collection: 'system/fc_ports',
  noun: 'FC port of the array',
  sequence: 'system/fc_ports',
  verbs: [],
  fields: {
    name: { kind: 'str', unique: true },
    pwwn: { kind: 'str', unique: true },
    server,
    speed_state: unlisted,
    status,
  },
};

/** Recorded only: the array routes nothing. */
export const staticRoutes: ResourceDefinition = {
  collection: 'static_routes',
  noun: 'static route',
  sequence: 'static_routes',
  verbs: ['POST', 'DELETE'],
  event: { word: 'STATIC_ROUTE', number: 450 },
  fields: {
    destination_subnet_ip: address,
    destination_subnet_mask: address,
    gateway_ip: address,
    knode: { kind: 'str', onCreate: 'optional', initial: SERVER },
  },
};
