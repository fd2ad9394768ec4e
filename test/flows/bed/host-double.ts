/** What is on a host: databases on disks the array shows it, and freezes. */
import type { AgentCommand, AgentErrorCode, DatabaseReport } from '../../../shared/contracts/agent.ts';

export interface HostDatabase {
  readonly id: string;
  readonly name: string;
  readonly serials: readonly string[];
  /** '' for one that was there before. */
  readonly attachId: string;
}

export type Done =
  | { readonly ok: true; readonly result: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly code: AgentErrorCode; readonly message: string };

export interface HostDouble {
  readonly databases: ReadonlyMap<string, HostDatabase>;
  freezes(): readonly string[];
  add(database: Omit<HostDatabase, 'attachId'>): void;
  carryOut(command: AgentCommand): Done;
  /** Ends a freeze, as its dead man's switch does. */
  lapse(freezeId: string): void;
  reports(): readonly DatabaseReport[];
}

const reportOf = ({ id, name, serials }: HostDatabase): DatabaseReport => ({
  id,
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
  let lastId = 10;

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
    const made = { id: String(lastId), name: wanted.db_name, serials, attachId: wanted.attach_id };
    databases.set(made.id, made);
    return { ok: true, result: { database: reportOf(made) } };
  };

  return {
    databases,
    freezes: () => [...freezes],
    add: (database) => databases.set(database.id, { ...database, attachId: '' }),
    lapse: (freezeId) => freezes.delete(freezeId),
    carryOut: (command) => {
      switch (command.kind) {
        case 'freeze': {
          const { freeze_id: freezeId, databases: frozen } = command.arguments;
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
        case 'detach': {
          const { attach_id: attachId, database_id: databaseId } = command.arguments;
          if (attachId !== null) tombstones.add(attachId);
          const found = [...databases.values()].find((one) =>
            attachId === null ? one.id === databaseId : one.attachId === attachId,
          );
          if (found !== undefined) databases.delete(found.id);
          return { ok: true, result: { detached: found !== undefined } };
        }
        case 'rescan':
        case 'inventory':
          return { ok: true, result: {} };
      }
    },
    reports: () => [...databases.values()].map(reportOf),
  };
};
