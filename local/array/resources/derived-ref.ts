import type { FieldDefinition, Lookup } from './definition.ts';
import { refTo, type ArrayRecord, type Value } from './value.ts';

/** A ref to the first object that an index has under a key; null when there is none. */
export function firstRef(collection: string, index: string, key: string, lookup: Lookup): Value {
  const [id] = lookup.ids(collection, index, key);
  return id === undefined ? null : refTo(collection, id);
}

/** The group at the peer that was made with a replication session. @param sessionOf tells the path of the session. */
export const peerGroupOfSession = (sessionOf: (record: ArrayRecord) => string): FieldDefinition => ({
  kind: 'ref',
  to: ['replication/peer_volume_groups'],
  derive: (record, lookup) =>
    firstRef('replication/peer_volume_groups', 'replication_session.ref', sessionOf(record), lookup),
});
