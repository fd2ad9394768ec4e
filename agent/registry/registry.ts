import { join } from 'node:path';
import { AgentFailure, VolumeInUse } from '../failure.ts';
import { readTextIfThere, writeDurably } from '../journal/durable-file.ts';
import { type DatabaseRecord, RegistryContent } from './database-record.ts';
import { withFileLock } from './file-lock.ts';
import { giveUids, lacksUids, registryIdentity } from './give-uids.ts';
import { ownIdentity } from './process-identity.ts';

export type NewDatabase = Pick<DatabaseRecord, 'name' | 'vendor' | 'attach_id' | 'target_state' | 'volumes'>;

/** Ids below are system databases of SQL Server, which clients of the Flex API skip. */
const firstId = 5;
/** How long undone attaches and swaps are remembered; no command comes later. */
const rememberedDays = 90;

/**
 * The databases of this host, in one file of the state directory. Every change is read-modify-write under a lock file,
 * so that the command line and the running agent can both make changes.
 */
export interface Registry {
  /** What is registered; a uid that a record lacks is given and kept first. */
  read(): Promise<RegistryContent>;
  /**
   * Claims name, id and volumes for a database about to be made; its record is in state `making`. `choosePort` gets
   * the ports already given.
   * @throws AgentFailure DB_NAME_IS_IN_USE (names are compared ignoring case), COMMAND_REVOKED for an attach that was
   *   undone, VolumeInUse when a volume already serves a database.
   */
  reserve(
    database: NewDatabase,
    choosePort: (taken: ReadonlySet<number>) => Promise<number | null>,
  ): Promise<DatabaseRecord>;
  /** The database is made: `managed` is reported and started again when it is found stopped, `staged` rests. */
  confirm(id: string, state: 'managed' | 'staged'): Promise<DatabaseRecord>;
  /** Forgets a database; an unknown id is fine. */
  remove(id: string): Promise<void>;
  /** Refuses the attach of that id for ever. */
  bury(attachId: string): Promise<void>;
  /** One durable write of whatever `edit` changes; none when it throws. `now` is Unix seconds. */
  change<T>(edit: (content: RegistryContent, now: number) => T | Promise<T>): Promise<T>;
}

const empty = (): RegistryContent => ({
  version: 1,
  revision: 0,
  next_id: firstId,
  databases: [],
  tombstones: [],
  swaps: [],
});

/** @param now Unix seconds. */
export function openRegistry(stateDir: string, now: () => number): Registry {
  const path = join(stateDir, 'registry.json');

  const stored = async (): Promise<RegistryContent | null> => {
    const text = await readTextIfThere(path);
    return text === null ? null : RegistryContent.parse(JSON.parse(text));
  };
  const change: Registry['change'] = (edit) =>
    withFileLock(`${path}.lock`, async () => {
      const before = await stored();
      const content = before ?? empty();
      const identity = await registryIdentity(stateDir, before === null);
      giveUids(content, identity);
      const result = await edit(content, now());
      giveUids(content, identity);
      content.revision += 1;
      await writeDurably(path, `${JSON.stringify(content, null, 1)}\n`);
      return result;
    });

  return {
    read: async () => {
      const content = (await stored()) ?? empty();
      return lacksUids(content) ? change((latest) => latest) : content;
    },
    change,
    reserve: (database, choosePort) =>
      change(async (content) => {
        refuseIfTaken(content, database);
        const taken = new Set(content.databases.flatMap(({ port }) => (port === null ? [] : [port])));
        const record: DatabaseRecord = {
          ...database,
          id: String(content.next_id),
          uid: '',
          state: 'making',
          swap_id: null,
          made_as: null,
          maker: ownIdentity(),
          port: await choosePort(taken),
          created_ts: now(),
        };
        content.next_id += 1;
        content.databases.push(record);
        return record;
      }),
    confirm: (id, state) =>
      change((content) => {
        const record = content.databases.find((database) => database.id === id);
        if (!record) throw new AgentFailure('DB_NOT_FOUND', `database ${id} is no longer registered`);
        record.state = state;
        return record;
      }),
    remove: (id) =>
      change((content) => {
        content.databases = content.databases.filter((database) => database.id !== id);
      }),
    bury: (attachId) =>
      change((content) => {
        content.tombstones = content.tombstones.filter(
          (stone) => stone.buried_ts >= oldestRemembered(now()) && stone.attach_id !== attachId,
        );
        content.tombstones.push({ attach_id: attachId, buried_ts: now() });
      }),
  };
}

/** Unix seconds before which undone attaches and swaps are forgotten. */
export const oldestRemembered = (now: number): number => now - rememberedDays * 86_400;

/** Which database has this name, ignoring case. */
export const findByName = (content: RegistryContent, name: string): DatabaseRecord | undefined =>
  content.databases.find((database) => database.name.toLowerCase() === name.toLowerCase());

function refuseIfTaken(content: RegistryContent, wanted: NewDatabase): void {
  if (content.tombstones.some((stone) => stone.attach_id === wanted.attach_id)) {
    throw new AgentFailure('COMMAND_REVOKED', `the attach of ${wanted.name} was undone before it arrived`);
  }
  if (findByName(content, wanted.name)) {
    throw new AgentFailure('DB_NAME_IS_IN_USE', `a database named ${wanted.name} exists on this host`);
  }
  const serials = new Set(wanted.volumes.map(({ serial }) => serial));
  for (const database of content.databases) {
    const shared = database.volumes.find(({ serial }) => serials.has(serial));
    if (shared) throw new VolumeInUse(`volume ${shared.serial} already serves database ${database.name}`);
  }
}
