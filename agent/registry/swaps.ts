import type { AgentCommand } from '../../shared/contracts/agent.ts';
import { AgentFailure } from '../failure.ts';
import { birthIdOf, type DatabaseRecord, type RegistryContent, type SwapRecord } from './database-record.ts';
import { findByName, oldestRemembered } from './registry.ts';

/** What swaps do to the registry, each step one write. `content` is changed in place. */
export type SwapArguments = Extract<AgentCommand, { kind: 'swap' }>['arguments'];

/** The staged database and the one whose place it takes. */
interface Pair {
  readonly incoming: DatabaseRecord;
  readonly outgoing: DatabaseRecord;
  readonly backupName: string | null;
}

/** Notes that this attempt was seen, before anything else is done about it. False when a later one was. */
export function enterSwap(content: RegistryContent, { swap_id, attempt }: SwapArguments, now: number): boolean {
  const known = findSwap(content, swap_id);
  if (known && attempt < known.attempt) return false;
  content.swaps = content.swaps.filter(
    (swap) => swap !== known && (swap.undo.length > 0 || swap.seen_ts >= oldestRemembered(now)),
  );
  content.swaps.push({ ran: [], undo: [], ...known, swap_id, attempt, seen_ts: now });
  return true;
}

/**
 * Finds what a swap is about, and whether it may be done.
 * @throws AgentFailure DB_NOT_FOUND, DB_NAME_IS_IN_USE, ENGINE_FAILED.
 */
export function pairsOf(content: RegistryContent, { databases }: SwapArguments): readonly Pair[] {
  refuseRepeated(databases.map(({ attach_id }) => attach_id));
  refuseRepeated(databases.map(({ database_id }) => database_id));
  refuseRepeated(databases.flatMap(({ backup_name }) => backup_name?.toLowerCase() ?? []));
  return databases.map(({ attach_id, database_id, db_name, backup_name }) => {
    const incoming = content.databases.find((record) => record.attach_id === attach_id && record.state === 'staged');
    if (!incoming) throw new AgentFailure('DB_NOT_FOUND', `no database is staged under attach ${attach_id}`);
    const outgoing = content.databases.find((record) => record.id === database_id && record.state === 'managed');
    if (outgoing?.name.toLowerCase() !== db_name.toLowerCase()) {
      throw new AgentFailure('DB_NOT_FOUND', `no database ${db_name} with id ${database_id} on this host`);
    }
    if (backup_name !== null && findByName(content, backup_name)) {
      throw new AgentFailure('DB_NAME_IS_IN_USE', `a database named ${backup_name} exists on this host`);
    }
    return { incoming, outgoing, backupName: backup_name };
  });
}

/** Notes which predecessors run, before they are stopped. @throws AgentFailure as pairsOf does. */
export function noteRunning(content: RegistryContent, wanted: SwapArguments, running: readonly string[]): void {
  pairsOf(content, wanted);
  const swap = knownSwap(content, wanted.swap_id);
  swap.ran = [...new Set([...swap.ran, ...running])];
}

/** Exchanges the places, and keeps how it was. @throws AgentFailure as pairsOf does; nothing is changed then. */
export function exchangePlaces(content: RegistryContent, wanted: SwapArguments): void {
  const pairs = pairsOf(content, wanted);
  knownSwap(content, wanted.swap_id).undo = pairs.flatMap(({ incoming, outgoing }) => [
    { ...incoming },
    { ...outgoing },
  ]);
  for (const { incoming, outgoing, backupName } of pairs) {
    const { id, uid, name, port } = incoming;
    incoming.made_as = birthIdOf(incoming);
    outgoing.made_as = birthIdOf(outgoing);
    incoming.state = 'managed';
    incoming.swap_id = wanted.swap_id;
    incoming.name = outgoing.name;
    incoming.port = outgoing.port;
    outgoing.port = port;
    outgoing.name = backupName ?? name;
    if (backupName !== null) continue;
    incoming.id = outgoing.id;
    incoming.uid = outgoing.uid;
    outgoing.id = id;
    outgoing.uid = uid;
    outgoing.state = 'replaced';
  }
}

/** Puts every database back where it was. */
export function putBack(content: RegistryContent, swapId: string): void {
  const swap = knownSwap(content, swapId);
  const before = new Map(swap.undo.map((record) => [birthIdOf(record), record]));
  content.databases = content.databases.map((record) => before.get(birthIdOf(record)) ?? record);
  swap.undo = [];
}

/** The swap is done: there is no way back from here. */
export function keepSwap(content: RegistryContent, swapId: string): void {
  Object.assign(knownSwap(content, swapId), { ran: [], undo: [] });
}

export const findSwap = ({ swaps }: RegistryContent, swapId: string): SwapRecord | undefined =>
  swaps.find(({ swap_id }) => swap_id === swapId);

/** Whether all of them are in service by this very swap. */
export const isDone = (content: RegistryContent, { swap_id, databases }: SwapArguments): boolean =>
  databases.every(({ attach_id }) =>
    content.databases.some(
      (record) => record.attach_id === attach_id && record.swap_id === swap_id && record.state === 'managed',
    ),
  );

/** The databases as they are now of a swap that may still be put back. */
export const touchedBy = ({ databases }: RegistryContent, { undo }: SwapRecord): readonly DatabaseRecord[] => {
  const births = new Set(undo.map(birthIdOf));
  return databases.filter((record) => births.has(birthIdOf(record)));
};

/** Replaced for good: only what is kept about them is left to remove. */
export function leftBehind(content: RegistryContent): readonly DatabaseRecord[] {
  const mayReturn = new Set(content.swaps.flatMap(({ undo }) => undo.map(birthIdOf)));
  return content.databases.filter((record) => record.state === 'replaced' && !mayReturn.has(birthIdOf(record)));
}

function knownSwap(content: RegistryContent, swapId: string): SwapRecord {
  const swap = findSwap(content, swapId);
  if (!swap) throw new Error(`swap ${swapId} was never entered`);
  return swap;
}

function refuseRepeated(values: readonly string[]): void {
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  if (twice !== undefined) throw new AgentFailure('ENGINE_FAILED', `the swap names ${twice} twice`);
}
