import { open } from 'lmdb';
import { noRoomFor } from '../full.ts';
import type { ArrayIdentity, Lookup } from '../resources/definition.ts';
import type { ResourceTable } from '../resources/table.ts';
import { parseRefPath, type ArrayRecord } from '../resources/value.ts';
import { isOutOfRoom } from './out-of-room.ts';
import { indexEntries, rankOf } from './index-entries.ts';

/** Everything the array remembers. Writes are allowed inside `transaction` only, which is on disk when it returns. It throws ENOSPC. */
export interface Store extends Lookup {
  transaction<Result>(work: () => Result): Result;
  nextId(collection: string): number;
  insert(collection: string, record: ArrayRecord): void;
  replace(collection: string, before: ArrayRecord, after: ArrayRecord): void;
  remove(collection: string, record: ArrayRecord): void;
  /** The last value accepted for a sequence name of clients (`X-K2-Sequence`), 0 at first. */
  clientSequence(name: string): number;
  acceptClientSequence(name: string, value: number): void;
  /** Restores whose bytes are being put in place: noted before the first rename, forgotten with the change of the records. */
  pendingRestores(): readonly PendingRestore[];
  noteRestore(restore: PendingRestore): void;
  forgetRestore(restore: PendingRestore): void;
  close(): Promise<void>;
}

export interface PendingRestore {
  /** The volume group as it will be. */
  readonly group: ArrayRecord;
  readonly volumes: readonly number[];
}

export interface StoreOptions {
  readonly path: string;
  readonly dataDir: string;
  readonly resources: ResourceTable;
  /** Unix seconds. */
  readonly now: () => number;
  /** Draws the array's three digits at its first start. */
  readonly drawNumber: () => string;
}

type EntryKey = [collection: string, index: string, key: string, rank: number, id: number];
/** Sorts before and after every rank and id. */
const LOWEST = -1;
const HIGHEST = Number.MAX_SAFE_INTEGER;
/** LMDB's keys have 1978 bytes, and no indexed field comes near: nothing is kept under a longer text that is asked for. */
const LONGEST_TEXT_BYTES = 1500;
const isKey = (text: string): boolean => Buffer.byteLength(text) <= LONGEST_TEXT_BYTES;

/**
 * Opens the state under `path`. LMDB writes pages, not whole files, and a transaction is there completely or not at all,
 * after kill -9 too. Indexes, counters and totals are written with the object, so that no request walks a collection for them.
 */
export function openStore(options: StoreOptions): Store {
  const root = open({ path: options.path, maxDbs: 8 });
  const records = root.openDB<ArrayRecord, [string, number]>({ name: 'records' });
  const entries = root.openDB<true, EntryKey>({ name: 'entries' });
  const totals = root.openDB<number, [string, string, string]>({ name: 'totals' });
  const sequences = root.openDB<number, string>({ name: 'sequences' });
  const settings = root.openDB<string, string>({ name: 'settings' });
  const restores = root.openDB<PendingRestore, number>({ name: 'restores' });

  const definitionOf = (collection: string) => {
    const definition = options.resources.get(collection);
    if (definition === undefined) throw new Error(`no resource is called ${collection}`);
    return definition;
  };

  const add = (key: [string, string, string], amount: number): void => {
    const total = (totals.get(key) ?? 0) + amount;
    if (total === 0) totals.removeSync(key);
    else totals.putSync(key, total);
  };

  /** Writes (`sign` 1) or takes away (`sign` -1) everything that is kept about an object beside the object. */
  const account = (collection: string, record: ArrayRecord, sign: 1 | -1): void => {
    const definition = definitionOf(collection);
    const rank = rankOf(definition, record);
    for (const { index, key } of indexEntries(definition, record)) {
      const entry: EntryKey = [collection, index, key, rank, record.id];
      if (sign === 1) entries.putSync(entry, true);
      else entries.removeSync(entry);
      add([collection, `count of ${index}`, key], sign);
    }
    for (const [name, totalOf] of Object.entries(definition.sums ?? {})) {
      const { key, amount } = totalOf(record);
      add([collection, `sum of ${name}`, key], sign * amount);
    }
  };

  const transaction = <Result>(work: () => Result): Result => {
    try {
      return root.transactionSync(work);
    } catch (error) {
      throw isOutOfRoom(error, options.dataDir) ? noRoomFor('records', error) : error;
    }
  };

  const identity: ArrayIdentity = {
    dataDir: options.dataDir,
    number: transaction(() => {
      const known = settings.get('array-number') ?? options.drawNumber();
      settings.putSync('array-number', known);
      return known;
    }),
  };

  const find = (collection: string, id: number): ArrayRecord | undefined => records.get([collection, id]);

  return {
    identity,
    now: options.now,
    transaction,
    find,
    follow: (path) => {
      const target = path === undefined ? undefined : parseRefPath(path);
      return target === undefined ? undefined : find(target.collection, target.id);
    },
    *ids(collection, index, key, newestFirst = false) {
      if (!isKey(key)) return;
      const low: EntryKey = [collection, index, key, LOWEST, LOWEST];
      const high: EntryKey = [collection, index, key, HIGHEST, HIGHEST];
      const range = newestFirst ? { start: high, end: low, reverse: true } : { start: low, end: high };
      for (const entry of entries.getKeys(range)) yield entry[4];
    },
    count: (collection, index, key) => (isKey(key) ? (totals.get([collection, `count of ${index}`, key]) ?? 0) : 0),
    sum: (collection, name, key) => totals.get([collection, `sum of ${name}`, key]) ?? 0,
    nextId: (collection) => {
      const { sequence } = definitionOf(collection);
      const id = (sequences.get(sequence) ?? 0) + 1;
      sequences.putSync(sequence, id);
      return id;
    },
    insert: (collection, record) => {
      const { sequence } = definitionOf(collection);
      records.putSync([collection, record.id], record);
      account(collection, record, 1);
      if (record.id > (sequences.get(sequence) ?? 0)) sequences.putSync(sequence, record.id);
    },
    replace: (collection, before, after) => {
      account(collection, before, -1);
      records.putSync([collection, after.id], after);
      account(collection, after, 1);
    },
    remove: (collection, record) => {
      account(collection, record, -1);
      records.removeSync([collection, record.id]);
    },
    clientSequence: (name) => sequences.get(`client ${name}`) ?? 0,
    acceptClientSequence: (name, value) => {
      sequences.putSync(`client ${name}`, value);
    },
    pendingRestores: () => [...restores.getRange()].map(({ value }) => value),
    noteRestore: (restore) => {
      restores.putSync(restore.group.id, restore);
    },
    forgetRestore: ({ group }) => {
      restores.removeSync(group.id);
    },
    close: () => root.close(),
  };
}
