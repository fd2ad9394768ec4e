import type { FieldDefinition, ResourceDefinition } from './definition.ts';
import { duplicate, partName } from './naming.ts';
import { textIn } from './value.ts';

const username: FieldDefinition = { kind: 'str', maxLength: 223, pattern: /\S/ };

/** Passwords are taken and forgotten: nothing here logs in, and what is not kept cannot be read back. */
const password: FieldDefinition = { kind: 'str', writeOnly: true, maxLength: 223, pattern: /\S/ };

/** CHAP users. Hosts hold on to them by name (`map_auth_profiles_names`), so the name stays as it is. */
export const hostAuthProfiles: ResourceDefinition = {
  collection: 'host_auth_profiles',
  noun: 'authentication profile',
  sequence: 'host_auth_profiles',
  verbs: ['POST', 'PATCH', 'DELETE'],
  event: { word: 'HOST_AUTH_PROFILE', number: 370 },
  fields: {
    name: { ...partName, onPatch: false, unique: true },
    type: { kind: 'str', onCreate: 'required', pattern: /^CHAP$/ },
    username: { ...username, onCreate: 'required' },
    password: { ...password, onCreate: 'required' },
    new_username: { ...username, onPatch: true, writeOnly: true },
    new_password: { ...password, onPatch: true },
    hosts_count: {
      kind: 'int',
      derive: (record, lookup) => lookup.count('hosts', 'auth_profile', textIn(record, 'name')),
    },
    host_groups_count: {
      kind: 'int',
      derive: (record, lookup) => {
        const groups = [...lookup.ids('hosts', 'auth_profile', textIn(record, 'name'))].map((id) =>
          JSON.stringify(lookup.find('hosts', id)?.['host_group'] ?? null),
        );
        return new Set(groups.filter((group) => group !== 'null')).size;
      },
    },
  },
  settle: (sent) => ({ username: textIn(sent, 'new_username') || textIn(sent, 'username') }),
  uniqueIndexes: [duplicate('authentication profile', 'name')],
  removalChecks: [
    (record, lookup) =>
      lookup.count('hosts', 'auth_profile', textIn(record, 'name')) > 0 ? 'is used by hosts' : undefined,
  ],
};
