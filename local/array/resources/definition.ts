import type { Footprint } from '../bytes/footprint.ts';
import type { StatsWindow } from '../query/stats-window.ts';
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

/** What rules on an object may ask besides: what requests that are under way have been promised. */
export interface CheckLookup extends Lookup {
  /** How much of something (see `demands`) was granted to requests whose records are not written yet. */
  underWay(name: string): number;
}

/** Whose request it is. What an object shows may depend on it. */
export interface Caller {
  readonly user: string;
  readonly role: string;
}

/** What tells this array from another one; drawn at its first start and kept. */
export interface ArrayIdentity {
  /** Three digits that start every serial number. */
  readonly number: string;
  readonly dataDir: string;
}

/** What making an object may do besides looking: draw ids, and see what other requests are at. */
export interface Assembly extends CheckLookup {
  nextId(collection: string): number;
  /** Whether another request is making or removing the object that has this key of a unique index. */
  isInTheMaking(collection: string, index: string, key: string): boolean;
}

export interface NewObject {
  readonly collection: string;
  readonly record: ArrayRecord;
}

/** Fields of another object that take a value with the making of an object. */
interface Mark {
  readonly collection: string;
  readonly id: number;
  readonly fields: Draft;
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
  /** Taken from a body and neither stored nor read back: an order, a password, or another name of a field (see `settle`). */
  readonly writeOnly?: boolean;
  /** Turns an accepted value into the one that is kept, such as quota 0 into null. */
  readonly store?: (value: Value) => Value;
  /** Computed at every read instead of stored. */
  readonly derive?: (record: ArrayRecord, lookup: Lookup, caller: Caller) => Value;
  /** A PATCH of it, even with the value it has, puts back what the snapshot it points to holds. */
  readonly isRestore?: boolean;
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

/** How changes of a collection appear among the events. */
export interface EventKind {
  /** Starts the event's name, as in `VG_CREATED`, and is its label. */
  readonly word: string;
  /** `event_id` of the creation; change and removal have the next two. */
  readonly number: number;
}

/** Rows that are not stored but made, when they are asked for, from the objects of another collection. */
export interface ComputedRows {
  /** Collection whose objects the rows are about, and whose ids they are read under. */
  readonly of: string;
  /** How many rows each object has. */
  readonly count: (window: StatsWindow) => number;
  /** Makes the row of an object at a position. */
  readonly rows: (window: StatsWindow, lookup: Lookup) => (record: ArrayRecord, position: number) => Draft;
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
  /** The collection is one object with id 1, which PATCH finds without the id too. */
  readonly isSingle?: boolean;
  readonly verbs: readonly ('POST' | 'PATCH' | 'DELETE')[];
  /** Every collection that can be written has one. */
  readonly event?: EventKind;
  /** Name of the event of a change, when the body ordered something special. */
  readonly changeEvent?: (sent: Draft) => string | undefined;
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
  /** Rules on a POST body as it was sent, before `settle` fills in what follows from it. */
  readonly bodyChecks?: readonly ((sent: Draft) => string | undefined)[];
  /** Carries write-only fields over into those that are kept. `sent` has them as far as the body does. */
  readonly settle?: (sent: Draft, lookup: Lookup, before?: ArrayRecord) => Draft;
  /** Rules on an object about to be stored: the reason of the refusal, or undefined. `before` is absent on POST. */
  readonly checks?: readonly ((after: Draft, lookup: CheckLookup, before?: ArrayRecord) => string | undefined)[];
  /** Rules on an object about to be removed. */
  readonly removalChecks?: readonly ((record: ArrayRecord, lookup: Lookup) => string | undefined)[];
  /** Objects that must be gone first. */
  readonly blockers?: readonly Blocker[];
  /** Objects that go with it. */
  readonly owns?: readonly Dependent[];
  /** Refs that become null with its removal, in objects that stay. */
  readonly releases?: readonly { readonly collection: string; readonly field: string }[];
  /** The object and those made with it, the main one first. One object as drafted when left out. */
  readonly assemble?: (draft: Draft, assembly: Assembly) => readonly NewObject[];
  /** Paths of other objects that must not go away while this one is being made, besides those in its refs. */
  readonly pins?: (record: ArrayRecord, lookup: Lookup) => readonly string[];
  /** Names that only one request at a time may work under, because what it puts on disk depends on the others. */
  readonly claims?: (record: ArrayRecord) => readonly string[];
  /** How much the object takes of what is limited, by name: kept in mind until it is written. `before` is absent on POST. */
  readonly demands?: (after: ArrayRecord, before?: ArrayRecord) => Readonly<Record<string, number>>;
  /** What making the object changes in objects that it points to. */
  readonly marks?: (record: ArrayRecord, lookup: Lookup) => readonly Mark[];
  /** What must be on disk for the object. */
  readonly footprint?: (record: ArrayRecord, lookup: Lookup) => readonly Footprint[];
  /** Objects that exist from the first start on. */
  readonly seeds?: (lookup: Lookup) => readonly ArrayRecord[];
  /** The collection has rows instead of stored objects: it is read only, and one object reads as a list of its rows. */
  readonly computed?: ComputedRows;
}
