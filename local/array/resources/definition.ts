import type { Footprint } from '../bytes/footprint.ts';
import type { ArrayRecord, Draft, Value } from './value.ts';

/** What rules and derived fields may ask of the stored objects. */
export interface Lookup {
  find(collection: string, id: number): ArrayRecord | undefined;
  /** The object that a path such as `/volumes/8` points to. */
  follow(path: string | undefined): ArrayRecord | undefined;
  /** Ids under one key of an index, in the order of the collection's rank. */
  ids(collection: string, index: string, key: string, newestFirst?: boolean): Iterable<number>;
  /** How many objects an index holds under a key: kept up to date on every write, never counted. */
  count(collection: string, index: string, key: string): number;
  /** A running total of a definition's `sums`. */
  sum(collection: string, name: string, key: string): number;
  /** Unix seconds. */
  now(): number;
  readonly identity: ArrayIdentity;
}

/** What tells this array from another one; drawn at its first start and kept. */
export interface ArrayIdentity {
  /** Three digits that start every serial number. */
  readonly number: string;
  readonly dataDir: string;
}

/** What making an object may do besides looking: draw ids. */
export interface Assembly extends Lookup {
  nextId(collection: string): number;
}

export interface NewObject {
  readonly collection: string;
  readonly record: ArrayRecord;
}

export interface FieldDefinition {
  readonly kind: 'int' | 'num' | 'str' | 'bool' | 'ref';
  /** Whether POST takes the field. Left out: the array sets it. */
  readonly onCreate?: 'required' | 'optional';
  /** Whether PATCH may change it. */
  readonly onPatch?: boolean;
  readonly nullable?: boolean;
  /** What it is when POST does not name it; null when left out. */
  readonly initial?: Value;
  readonly maxLength?: number;
  readonly pattern?: RegExp;
  readonly minimum?: number;
  readonly maximum?: number;
  /** Collections a ref may point into. */
  readonly to?: readonly string[];
  /** No two objects of the collection share a value. Makes an index. */
  readonly unique?: boolean;
  /** Stored for the array's own use, never on the wire. */
  readonly hidden?: boolean;
  /** Turns an accepted value into the one that is kept, such as quota 0 into null. */
  readonly store?: (value: Value) => Value;
  /** Computed at every read instead of stored. */
  readonly derive?: (record: ArrayRecord, lookup: Lookup) => Value;
  /** Why a PATCH of it is refused, for actions that this array does not do. */
  readonly refusal?: string;
}

/** A collection whose objects hold on to (or belong to) an object through an index of paths. */
export interface Dependent {
  readonly collection: string;
  readonly index: string;
}

export interface Blocker extends Dependent {
  /** Ends the sentence "volume v1 ...". */
  readonly because: string;
}

export interface UniqueIndex {
  readonly index: string;
  readonly message: (record: Draft) => string;
}

/**
 * Everything the array knows about one REST collection, as data. The engine, the store and the queries are the same for
 * all of them: a new resource is a new table row.
 */
export interface ResourceDefinition {
  /** Path below `/api/v2/`, such as `volumes` or `system/state`. */
  readonly collection: string;
  /** Word for one object in messages. */
  readonly noun: string;
  /** Name of the id sequence: several collections may draw from one. */
  readonly sequence: string;
  readonly verbs: readonly ('POST' | 'PATCH' | 'DELETE')[];
  readonly fields: Readonly<Record<string, FieldDefinition>>;
  /** Index entries beside those that every stored ref field (`host.ref`) and every unique field have anyway. */
  readonly indexes?: Readonly<Record<string, (record: ArrayRecord) => string | undefined>>;
  readonly uniqueIndexes?: readonly UniqueIndex[];
  /** Numeric field that orders the collection and its indexes; the id when left out. */
  readonly rankField?: string;
  /** Running totals over the collection. */
  readonly sums?: Readonly<Record<string, (record: ArrayRecord) => { readonly key: string; readonly amount: number }>>;
  /** Candidates for an equality filter on a field that is derived: a superset of the matches. */
  readonly finders?: Readonly<Record<string, (value: string, lookup: Lookup) => Iterable<number>>>;
  /** Rules on an object about to be stored: the reason of the refusal, or undefined. `before` is absent on POST. */
  readonly checks?: readonly ((after: Draft, lookup: Lookup, before?: ArrayRecord) => string | undefined)[];
  /** Rules on an object about to be removed. */
  readonly removalChecks?: readonly ((record: ArrayRecord, lookup: Lookup) => string | undefined)[];
  /** Objects that must be gone first. */
  readonly blockers?: readonly Blocker[];
  /** Objects that go with it. */
  readonly owns?: readonly Dependent[];
  /** The object and those made with it, the main one first. One object as drafted when left out. */
  readonly assemble?: (draft: Draft, assembly: Assembly) => readonly NewObject[];
  /** Paths of other objects that must not go away while this one is being made, besides those in its refs. */
  readonly pins?: (record: ArrayRecord, lookup: Lookup) => readonly string[];
  /** What must be on disk for the object. */
  readonly footprint?: (record: ArrayRecord, lookup: Lookup) => readonly Footprint[];
  /** Objects that exist from the first start on. */
  readonly seeds?: (lookup: Lookup) => readonly ArrayRecord[];
}
