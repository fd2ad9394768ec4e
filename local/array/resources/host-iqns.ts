import type { ResourceDefinition } from './definition.ts';
import { duplicate } from './naming.ts';

/** An initiator may exist without a host. */
export const hostIqns: ResourceDefinition = {
  collection: 'host_iqns',
  noun: 'initiator',
  sequence: 'host_iqns',
  verbs: ['POST', 'PATCH', 'DELETE'],
  fields: {
    iqn: {
      kind: 'str',
      onCreate: 'required',
      onPatch: true,
      maxLength: 223,
      pattern: /^(iqn|eui|naa)\.\S+$/,
      unique: true,
    },
    host: { kind: 'ref', onCreate: 'optional', onPatch: true, nullable: true, to: ['hosts'] },
  },
  uniqueIndexes: [duplicate('initiator', 'iqn')],
};
