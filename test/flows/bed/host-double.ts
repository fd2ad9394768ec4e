/** What is on a host: databases on disks the array shows it, and freezes. */
import type { AgentCommand, AgentErrorCode, DatabaseReport } from '../../../shared/contracts/agent.ts';

export interface HostDatabase {
  readonly id: string;
  /** Goes with the id when a swap hands that on. */
  readonly uid: string;
  readonly name: string;
  readonly serials: readonly string[];
  /** '' for one that was there before. */
  readonly attachId: string;
  /** Waits for a swap, and is in no report. */
  readonly isStaged: boolean;
  /** The swap that put it in service, '' for none. */
  readonly swapId: string;
}

export type Done =
  | { readonly ok: true; readonly result: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly code: AgentErrorCode; readonly message: string };

export interface HostDouble {
  readonly databases: Map<string, HostDatabase>;
  freezes(): readonly string[];
  add(database: Pick<HostDatabase, 'id' | 'name' | 'serials'>): void;
  carryOut(command: AgentCommand): Done;
  /** The machine and all that its agent knew is lost; another is set up in its place, which begins to count anew. */
  rebuild(): void;
  hasVssProvider(): boolean;
  setVssProvider(there: boolean): void;
  /** Ends a freeze, as its dead man's switch does. */
  lapse(freezeId: string): void;
  reports(): readonly DatabaseReport[];
}

const reportOf = ({ id, uid, name, serials }: HostDatabase): DatabaseReport => ({
  id,
  uid,
  name,
  vendor: 'postgres',
  status: 'ONLINE',
  files: [],
  mount_points: serials.map((serial) => ({ kind: 'disk', path: `/mnt/${serial}`, serial })),
});

const refused = (code: AgentErrorCode, message: string): Done => ({ ok: false, code, message });

/** `disks`: serials of the volumes mapped to the host now. */
export const createHostDouble = (disks: () => ReadonlySet<string>): HostDouble => {
  const databases = new Map<string, HostDatabase>();
  const freezes = new Set<string>();
  const tombstones = new Set<string>();
  /** Highest attempt of each swap. */
  const attempts = new Map<string, number>();
  let lastId = 10;
  let uids = 0;
  const newUid = (): string => {
    uids += 1;
    return `uid-${String(uids)}`;
  };
  let hasVssProvider = false;

  const attach = (wanted: Extract<AgentCommand, { kind: 'attach' }>['arguments']): Done => {
    if (tombstones.has(wanted.attach_id))
      return refused('COMMAND_REVOKED', `the attach of ${wanted.db_name} was undone before it arrived`);
    const earlier = [...databases.values()].find((one) => one.attachId === wanted.attach_id);
    if (earlier !== undefined) return { ok: true, result: { database: reportOf(earlier) } };
    if ([...databases.values()].some((one) => one.name === wanted.db_name))
      return refused('DB_NAME_IS_IN_USE', `${wanted.db_name} exists`);
    const serials = wanted.source.volumes.map((volume) => volume.serial);
    const missing = serials.find((serial) => !disks().has(serial));
    if (missing !== undefined) return refused('DEVICE_NOT_FOUND', `no disk ${missing}`);
    lastId += 1;
    const made = {
      id: String(lastId),
      uid: newUid(),
      name: wanted.db_name,
      serials,
      attachId: wanted.attach_id,
      isStaged: wanted.staged,
      swapId: '',
    };
    databases.set(made.id, made);
    return { ok: true, result: { database: reportOf(made) } };
  };

  const swap = (wanted: Extract<AgentCommand, { kind: 'swap' }>['arguments']): Done => {
    if (wanted.attempt < (attempts.get(wanted.swap_id) ?? 0))
      return refused('COMMAND_REVOKED', 'a later attempt came before');
    attempts.set(wanted.swap_id, wanted.attempt);
    const all = () => [...databases.values()];
    const pairs = wanted.databases.map((one) => ({
      ...one,
      staged: all().find(({ attachId }) => attachId === one.attach_id),
      old: databases.get(one.database_id),
    }));
    const answer = (): Done => ({
      ok: true,
      result: {
        databases: all()
          .filter(({ swapId }) => swapId === wanted.swap_id)
          .map((one) => {
            const wish = wanted.databases.find(({ attach_id: attachId }) => attachId === one.attachId);
            const backup = all().find(({ name }) => name === wish?.backup_name);
            return { attach_id: one.attachId, database: reportOf(one), backup_id: backup?.id ?? null };
          }),
      },
    });
    if (pairs.every(({ staged }) => staged?.swapId === wanted.swap_id)) return answer();
    const odd = pairs.find(({ staged, old, db_name: name }) => staged?.isStaged !== true || old?.name !== name);
    if (odd !== undefined) return refused('DB_NOT_FOUND', `nothing to put in the place of ${odd.db_name}`);
    for (const { staged, old, backup_name: backupName, db_name: name } of pairs) {
      if (staged === undefined || old === undefined) continue;
      databases.delete(staged.id);
      const made = { ...staged, name, isStaged: false, swapId: wanted.swap_id };
      if (backupName === null) databases.set(old.id, { ...made, id: old.id, uid: old.uid });
      else {
        databases.set(old.id, { ...old, name: backupName });
        databases.set(made.id, made);
      }
    }
    return answer();
  };

  return {
    databases,
    freezes: () => [...freezes],
    add: (database) =>
      databases.set(database.id, { ...database, uid: newUid(), attachId: '', isStaged: false, swapId: '' }),
    hasVssProvider: () => hasVssProvider,
    setVssProvider: (there) => {
      hasVssProvider = there;
    },
    rebuild: () => {
      for (const known of [databases, freezes, tombstones, attempts]) known.clear();
      lastId = 10;
    },
    lapse: (freezeId) => freezes.delete(freezeId),
    carryOut: (command) => {
      switch (command.kind) {
        case 'freeze': {
          const { freeze_id: freezeId, databases: frozen, force_vss: forceVss } = command.arguments;
          if (forceVss && !hasVssProvider) return refused('FREEZE_FAILED', 'no VSS provider');
          freezes.add(freezeId);
          return {
            ok: true,
            result: { freeze_id: freezeId, databases: frozen.map(({ id }) => ({ id, restore_point: `0/${id}` })) },
          };
        }
        case 'thaw': {
          const held = freezes.delete(command.arguments.freeze_id);
          return {
            ok: true,
            result: {
              freeze_id: command.arguments.freeze_id,
              held,
              reason: held ? '' : 'this agent knows no such freeze',
            },
          };
        }
        case 'attach':
          return attach(command.arguments);
        case 'swap':
          return swap(command.arguments);
        case 'detach': {
          const { attach_id: attachId, database_id: databaseId, database_uid: uid, db_name: name } = command.arguments;
          const found = [...databases.values()].find((one) =>
            attachId === null
              ? one.id === databaseId && (uid === null ? one.name === name : one.uid === uid)
              : one.attachId === attachId,
          );
          if (attachId !== null && found !== undefined && found.swapId !== '')
            return refused('DB_IN_SERVICE', `${found.name} is in service`);
          if (attachId !== null) tombstones.add(attachId);
          if (found !== undefined) databases.delete(found.id);
          return { ok: true, result: { detached: found !== undefined } };
        }
        case 'rescan':
        case 'inventory':
          return { ok: true, result: {} };
      }
    },
    reports: () => [...databases.values()].filter(({ isStaged }) => !isStaged).map(reportOf),
  };
};
