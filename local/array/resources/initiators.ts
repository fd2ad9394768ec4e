import type { FieldDefinition, ResourceDefinition } from './definition.ts';
import { duplicate } from './naming.ts';
import type { Value } from './value.ts';

/** An initiator may exist without a host. */
const host: FieldDefinition = { kind: 'ref', onCreate: 'optional', onPatch: true, nullable: true, to: ['hosts'] };

const address: FieldDefinition = { kind: 'str', onCreate: 'required', onPatch: true, maxLength: 223, unique: true };

/** `1234567890ABCDEF` and `12:34:56:78:90:ab:cd:ef` are the same port, kept as the second. */
const withColons = (value: Value): Value =>
  typeof value === 'string' ? (value.toLowerCase().match(/[0-9a-f]{2}/g) ?? []).join(':') : value;

export const hostIqns: ResourceDefinition = {
  collection: 'host_iqns',
  noun: 'initiator',
  sequence: 'host_iqns',
  verbs: ['POST', 'PATCH', 'DELETE'],
  event: { word: 'HOST_IQN', number: 340 },
  fields: { iqn: { ...address, pattern: /^(iqn|eui|naa)\.\S+$/ }, host },
  uniqueIndexes: [duplicate('initiator', 'iqn')],
};

export const hostNqns: ResourceDefinition = {
  collection: 'host_nqns',
  noun: 'NVMe initiator',
  sequence: 'host_nqns',
  verbs: ['POST', 'PATCH', 'DELETE'],
  event: { word: 'HOST_NQN', number: 350 },
  fields: { nqn: { ...address, pattern: /^nqn\.\S+$/ }, host },
  uniqueIndexes: [duplicate('NVMe initiator', 'nqn')],
};

export const hostFcPorts: ResourceDefinition = {
  collection: 'host_fc_ports',
  noun: 'FC port',
  sequence: 'host_fc_ports',
  verbs: ['POST', 'PATCH', 'DELETE'],
  event: { word: 'HOST_FC_PORT', number: 360 },
  fields: { pwwn: { ...address, pattern: /^[0-9a-f]{2}(:?[0-9a-f]{2}){7}$/i, store: withColons }, host },
  uniqueIndexes: [duplicate('FC port', 'pwwn')],
};
