import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RETENTION, type Call } from './array-client.ts';

/** What the array has promised by its answers. */
export interface Promises {
  /** Paths of objects, and whether they must be there. Those whose call got no answer are not in it. */
  readonly isThere: Map<string, boolean>;
  /** What a file of every volume of the restored group may hold. */
  contents: readonly string[];
  restoredAtSeconds: number;
}

export interface Places {
  /** Of a group that somebody writes into. */
  readonly busyGroup: string;
  /** Of a group that is restored, with folders of its volumes and a snapshot of them in which the file holds `saved`. */
  readonly calmGroup: string;
  readonly calmFolders: readonly string[];
  readonly calmSnapshot: string;
  /** Nobody minds what is made in it. */
  readonly spareGroup: string;
  readonly host: string;
}

export const SAVED = 'saved';

/** Runs until the array is gone; every client makes and removes things of its own, one call after the other. */
export async function runRestlessClients(call: Call, places: Places, promises: Promises, round: number): Promise<void> {
  const create = async (collection: string, body: object): Promise<string> => {
    const reply = await call('POST', `/${collection}`, body);
    if (reply.status !== 201) throw new Error(`POST ${collection}: ${reply.status} ${JSON.stringify(reply.body)}`);
    const path = `/${collection}/${String(reply.body.id)}`;
    promises.isThere.set(path, true);
    return path;
  };

  const remove = async (path: string): Promise<void> => {
    promises.isThere.delete(path);
    const reply = await call('DELETE', path);
    if (reply.status !== 204) throw new Error(`DELETE ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
    promises.isThere.set(path, false);
  };

  const snapshotting = async (turn: number): Promise<void> => {
    const common = { retention_policy: RETENTION, is_exposable: true };
    const named = (letter: string) => ({ ...common, short_name: `${letter}${round}-${turn}` });
    const snapshot = await create('snapshots', { ...named('s'), source: { ref: places.busyGroup } });
    const view = await create('snapshots', { ...named('v'), source: { ref: snapshot } });
    const mapping = await create('mappings', { host: { ref: places.host }, volume: { ref: view } });
    for (const path of [mapping, view]) await remove(path);
    // Every other one stays, and must still be whole at the end.
    if (turn % 2 === 0) await remove(snapshot);
  };

  const mapping = async (turn: number): Promise<void> => {
    const name = `m${round}-${turn}`;
    const host = await create('hosts', { name, type: 'Linux' });
    const volume = await create('volumes', { name, size: 1024, volume_group: { ref: places.spareGroup } });
    const mapped = await create('mappings', { host: { ref: host }, volume: { ref: volume } });
    for (const path of [mapped, volume, host]) await remove(path);
  };

  const restoring = async (turn: number): Promise<void> => {
    const written = `${round}-${turn}`;
    for (const folder of places.calmFolders) writeFileSync(join(folder, 'f'), written);
    promises.contents = [written, SAVED];
    const reply = await call('PATCH', places.calmGroup, { last_restored_from: { ref: places.calmSnapshot } });
    if (reply.status !== 200) throw new Error(`restore: ${reply.status} ${JSON.stringify(reply.body)}`);
    promises.contents = [SAVED];
    promises.restoredAtSeconds = reply.body.last_restored_time;
  };

  const endlessly = async (work: (turn: number) => Promise<void>): Promise<void> => {
    for (let turn = 0; ; turn += 1) await work(turn);
  };
  const ends = await Promise.allSettled([snapshotting, mapping, restoring].map(endlessly));
  for (const end of ends) if (end.status === 'rejected' && !isCutOff(end.reason)) throw end.reason;
}

const isCutOff = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  ['ECONNRESET', 'ECONNREFUSED', 'UND_ERR_SOCKET'].includes(String(error.code));
