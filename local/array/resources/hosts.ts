import type { Footprint } from '../bytes/footprint.ts';
import type { Lookup, ResourceDefinition } from './definition.ts';
import { hostsBehind, membersOf } from './host-groups.ts';
import { deviceEntry } from './mappings.ts';
import { duplicate } from './naming.ts';
import { flagIn, refIn, refPath, textIn, type ArrayRecord, type Draft } from './value.ts';

const pathOf = (record: ArrayRecord): string => refPath('hosts', record.id);

const groupOf = (record: Draft): string => refIn(record, 'host_group') ?? '';

/** What the host sees: its own mappings and those of its group. */
const mapped = (record: ArrayRecord, kind: 'volumes' | 'snapshots', lookup: Lookup): number =>
  lookup.count('mappings', 'host_and_kind', `${pathOf(record)} ${kind}`) +
  lookup.count('mappings', 'host_and_kind', `${groupOf(record)} ${kind}`);

const hasMappings = (record: ArrayRecord, lookup: Lookup): boolean =>
  mapped(record, 'volumes', lookup) + mapped(record, 'snapshots', lookup) > 0;

/** The name is the name of the host's device root: entries must not move under a process that has them open. */
function checkName(after: Draft, lookup: Lookup, before?: ArrayRecord): string | undefined {
  return before !== undefined && textIn(after, 'name') !== textIn(before, 'name') && hasMappings(before, lookup)
    ? 'field name cannot be changed while the host has mappings'
    : undefined;
}

function checkGroup(after: Draft, lookup: Lookup, before?: ArrayRecord): string | undefined {
  const path = groupOf(after);
  const group = lookup.follow(path);
  if (group === undefined) return undefined;
  if (before !== undefined && lookup.count('mappings', 'host.ref', pathOf(before)) > 0)
    return `host ${textIn(before, 'name')} still has mappings of its own and cannot be in a host group`;
  const others = hostsBehind(path, lookup).filter((host) => host.id !== before?.id);
  return !flagIn(group, 'allow_different_host_types') &&
    others.some((host) => textIn(host, 'type') !== textIn(after, 'type'))
    ? `host group ${textIn(group, 'name')} takes no hosts of different types`
    : undefined;
}

function checkAuthProfile(after: Draft, lookup: Lookup): string | undefined {
  const profile = textIn(after, 'auth_profile');
  return profile === '' || lookup.count('host_auth_profiles', 'name', profile) > 0
    ? undefined
    : `field map_auth_profiles_names names ${profile}, which does not exist`;
}

/** The device root, and in it the disks that are mapped to the group. Its own mappings bring theirs themselves. */
function footprint(record: ArrayRecord, lookup: Lookup): readonly Footprint[] {
  const ofGroup = [...lookup.ids('mappings', 'host.ref', groupOf(record))].flatMap((id) => {
    const mapping = lookup.find('mappings', id);
    return mapping === undefined ? [] : deviceEntry(mapping, record, lookup);
  });
  return [{ kind: 'host', name: textIn(record, 'name') }, ...ofGroup];
}

export const hosts: ResourceDefinition = {
  collection: 'hosts',
  noun: 'host',
  sequence: 'hosts',
  verbs: ['POST', 'PATCH', 'DELETE'],
  event: { word: 'HOST', number: 320 },
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
    is_part_of_group: { kind: 'bool', derive: (record) => groupOf(record) !== '' },
    volumes_count: { kind: 'int', derive: (record, lookup) => mapped(record, 'volumes', lookup) },
    views_count: { kind: 'int', derive: (record, lookup) => mapped(record, 'snapshots', lookup) },
    map_auth_profiles_names: { kind: 'str', onCreate: 'optional', onPatch: true, nullable: true, writeOnly: true },
    auth_profile: { kind: 'str', hidden: true },
  },
  indexes: { auth_profile: (record) => textIn(record, 'auth_profile') || undefined },
  settle: (sent) => {
    const profile = sent['map_auth_profiles_names'];
    return profile === undefined ? {} : { auth_profile: profile };
  },
  uniqueIndexes: [duplicate('host', 'name')],
  checks: [checkName, checkGroup, checkAuthProfile],
  blockers: [{ collection: 'mappings', index: 'host.ref', because: 'still has mappings' }],
  // Cinder deletes a host without its initiators and creates both again later under the same names.
  owns: [
    { collection: 'host_iqns', index: 'host.ref' },
    { collection: 'host_nqns', index: 'host.ref' },
    { collection: 'host_fc_ports', index: 'host.ref' },
  ],
  claims: (record) => membersOf(refIn(record, 'host_group')),
  footprint,
};
