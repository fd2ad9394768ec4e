import type { ResourceDefinition } from './definition.ts';
import { duplicate } from './naming.ts';
import { refPath, textIn } from './value.ts';

export const hosts: ResourceDefinition = {
  collection: 'hosts',
  noun: 'host',
  sequence: 'hosts',
  verbs: ['POST', 'PATCH', 'DELETE'],
  fields: {
    name: {
      kind: 'str',
      onCreate: 'required',
      onPatch: true,
      maxLength: 32,
      pattern: /^[A-Za-z0-9_-]+$/,
      unique: true,
    },
    type: { kind: 'str', onCreate: 'required', onPatch: true, maxLength: 32 },
    host_group: { kind: 'ref', onCreate: 'optional', onPatch: true, nullable: true, to: ['host_groups'] },
    connectivity_type: { kind: 'str', onCreate: 'optional', nullable: true },
    is_part_of_group: { kind: 'bool', derive: (record) => record['host_group'] !== null },
    volumes_count: {
      kind: 'int',
      derive: (record, lookup) => lookup.count('mappings', 'host_and_kind', `${refPath('hosts', record.id)} volumes`),
    },
    views_count: {
      kind: 'int',
      derive: (record, lookup) => lookup.count('mappings', 'host_and_kind', `${refPath('hosts', record.id)} snapshots`),
    },
  },
  uniqueIndexes: [duplicate('host', 'name')],
  checks: [
    // The name is the name of the host's device root: entries must not move under a process that has them open.
    (after, lookup, before) =>
      before !== undefined &&
      textIn(after, 'name') !== textIn(before, 'name') &&
      lookup.count('mappings', 'host.ref', refPath('hosts', before.id)) > 0
        ? 'field name cannot be changed while the host has mappings'
        : undefined,
  ],
  blockers: [{ collection: 'mappings', index: 'host.ref', because: 'still has mappings' }],
  // Cinder deletes a host without its initiators and creates both again later under the same names.
  owns: [{ collection: 'host_iqns', index: 'host.ref' }],
  footprint: (record) => [{ kind: 'host', name: textIn(record, 'name') }],
};
