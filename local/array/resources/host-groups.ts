import type { Lookup, ResourceDefinition } from './definition.ts';
import { description, duplicate, partName } from './naming.ts';
import { flagIn, refPath, textIn, type ArrayRecord } from './value.ts';

const pathOf = (record: ArrayRecord): string => refPath('host_groups', record.id);

/** Hosts that a mapping to a path is for: the host itself, or all hosts of a group. */
export function hostsBehind(path: string, lookup: Lookup): readonly ArrayRecord[] {
  const target = lookup.follow(path);
  if (target === undefined) return [];
  if (path !== pathOf(target)) return [target];
  return [...lookup.ids('hosts', 'host_group.ref', path)].flatMap((id) => lookup.find('hosts', id) ?? []);
}

/**
 * Claimed by whoever changes which hosts a group has, or what is mapped to it: every host of the group has every disk that
 * is mapped to the group, and two such changes at once would each miss the other.
 */
export const membersOf = (path: string | undefined): readonly string[] =>
  path?.startsWith('/host_groups/') === true ? [`members of ${path}`] : [];

const mapped = (record: ArrayRecord, kind: 'volumes' | 'snapshots', lookup: Lookup): number =>
  lookup.count('mappings', 'host_and_kind', `${pathOf(record)} ${kind}`);

export const hostGroups: ResourceDefinition = {
  collection: 'host_groups',
  noun: 'host group',
  // One sequence with hosts: a client takes a mapping for the right one by the id of its host alone.
  sequence: 'hosts',
  verbs: ['POST', 'PATCH', 'DELETE'],
  event: { word: 'HOST_GROUP', number: 330 },
  fields: {
    name: { ...partName, unique: true },
    description,
    allow_different_host_types: { kind: 'bool', onCreate: 'optional', onPatch: true, initial: false },
    connectivity_type: { kind: 'str', onCreate: 'optional', nullable: true },
    hosts_count: { kind: 'int', derive: (record, lookup) => lookup.count('hosts', 'host_group.ref', pathOf(record)) },
    volumes_count: { kind: 'int', derive: (record, lookup) => mapped(record, 'volumes', lookup) },
    views_count: { kind: 'int', derive: (record, lookup) => mapped(record, 'snapshots', lookup) },
  },
  uniqueIndexes: [duplicate('host group', 'name')],
  checks: [
    (after, lookup, before) => {
      if (before === undefined || flagIn(after, 'allow_different_host_types')) return undefined;
      const types = new Set(hostsBehind(pathOf(before), lookup).map((host) => textIn(host, 'type')));
      return types.size > 1
        ? 'field allow_different_host_types cannot be false: the hosts have different types'
        : undefined;
    },
  ],
  blockers: [
    { collection: 'hosts', index: 'host_group.ref', because: 'still has hosts' },
    { collection: 'mappings', index: 'host.ref', because: 'still has mappings' },
  ],
};
