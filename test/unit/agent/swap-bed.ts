import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '../../../agent/engines/engine.ts';
import { attachDatabase } from '../../../agent/execution/attach-database.ts';
import { createDatabase } from '../../../agent/execution/create-database.ts';
import type { Host } from '../../../agent/execution/host.ts';
import { openHost } from '../../../agent/execution/open-host.ts';
import { AgentFailure } from '../../../agent/failure.ts';
import { openDeviceRoot } from '../../../agent/host/device-root.ts';
import { createLog } from '../../../agent/logging/log.ts';
import type { DatabaseRecord } from '../../../agent/registry/database-record.ts';
import type { SwapArguments } from '../../../agent/registry/swaps.ts';

/** What goes on on a machine whatever happens to its agent: the servers that run, by the serial of their data. */
export interface Machine {
  readonly running: Map<string, { readonly name: string; readonly port: number | null }>;
  /** Data that no server starts on. */
  readonly broken: Set<string>;
  /** Data whose server does not stop. */
  readonly stuck: Set<string>;
}

export const aMachine = (): Machine => ({ running: new Map(), broken: new Set(), stuck: new Set() });

const serialOf = (database: DatabaseRecord): string => database.volumes[0]?.serial ?? '';

/** An engine that starts what can be started: nothing on broken data, and no two servers at one port. */
function engineOf({ running, broken, stuck }: Machine): Engine {
  const start = (database: DatabaseRecord): Promise<void> => {
    const serial = serialOf(database);
    if (running.has(serial)) return Promise.resolve();
    const portIsUsed = [...running.values()].some(({ port }) => port === database.port);
    if (broken.has(serial) || portIsUsed)
      return Promise.reject(new AgentFailure('ENGINE_FAILED', `${database.name} does not start`));
    running.set(serial, { name: database.name, port: database.port });
    return Promise.resolve();
  };
  const stop = (database: DatabaseRecord): Promise<void> => {
    if (stuck.has(serialOf(database)))
      return Promise.reject(new AgentFailure('ENGINE_FAILED', `${database.name} does not stop`));
    running.delete(serialOf(database));
    return Promise.resolve();
  };
  return {
    vendor: 'postgres',
    version: () => Promise.resolve('16'),
    choosePort: (taken) => Promise.resolve(20_000 + taken.size),
    inspectCopy: (source) => Promise.resolve(source.volumes.map(({ serial }) => ({ kind: 'data', serial }))),
    create: start,
    attach: start,
    start,
    stop,
    discard: stop,
    describe: (database) =>
      Promise.resolve({
        id: database.id,
        uid: database.uid,
        name: database.name,
        vendor: 'postgres',
        status: running.has(serialOf(database)) ? 'ONLINE' : 'OFFLINE',
        files: [],
        mount_points: database.volumes.map(({ serial }) => ({ kind: 'disk', path: `/${serial}`, serial })),
      }),
    freeze: () => Promise.resolve({ restorePoint: '', release: () => Promise.resolve({ held: true, reason: '' }) }),
    endLeftoverFreeze: () => Promise.resolve(),
  };
}

/** An agent's host over that machine, as it is opened at every start of the agent. `folder` is kept over starts. */
export async function aHost(folder: string, machine: Machine, mayKeepBackups = true): Promise<Host> {
  const devices = join(folder, 'devices');
  for (const serial of ['old-1', 'old-2', 'new-1', 'new-2']) await mkdir(join(devices, serial), { recursive: true });
  return openHost({
    stateDir: folder,
    deviceRoot: openDeviceRoot(devices, { timeoutSeconds: 0, pollMilliseconds: 1 }),
    engine: engineOf(machine),
    log: createLog(() => undefined),
    mayKeepBackups,
  });
}

export const attachOf = (n: number, staged = true) => ({
  attach_id: `attach-${n}`,
  db_name: `staged-${n}`,
  vendor: 'postgres' as const,
  target_state: 'online' as const,
  staged,
  source: {
    database_id: '5',
    database_name: 'any',
    restore_point: '',
    volumes: [{ source_serial: 'any', serial: `new-${n}` }],
  },
});

/** Databases one (id 5) and Two (id 6) in service, and a staged copy for each (ids 7 and 8). */
export async function givenStaged(host: Host): Promise<void> {
  for (const [name, serial] of [
    ['one', 'old-1'],
    ['Two', 'old-2'],
  ] as const)
    await createDatabase(host, { name, volumes: [{ kind: 'data', serial }], superuserPassword: null });
  for (const n of [1, 2]) await attachDatabase(host, attachOf(n));
}

export const swapOf = (backups: boolean, attempt = 1): SwapArguments => ({
  swap_id: 'swap',
  attempt,
  databases: [
    { attach_id: 'attach-1', database_id: '5', db_name: 'one', backup_name: backups ? 'one_bkp' : null },
    { attach_id: 'attach-2', database_id: '6', db_name: 'TWO', backup_name: backups ? 'two_bkp' : null },
  ],
});

/** The uid of the registered database with that id. */
export const uidOf = async (host: Host, id: string): Promise<string> => {
  const record = (await host.registry.read()).databases.find((database) => database.id === id);
  if (!record) throw new Error(`there is no database ${id}`);
  return record.uid;
};

/** What a client that connects finds: `name (id) at port: serial`, of every registered database that may be found. */
export async function served(host: Host, { running }: Machine): Promise<readonly string[]> {
  const { databases } = await host.registry.read();
  return databases
    .filter(({ state }) => state === 'managed')
    .map((database) => {
      const server = running.get(serialOf(database));
      const found = server?.name === database.name && server.port === database.port;
      return `${database.name} (${database.id}) at ${database.port}: ${found ? serialOf(database) : 'nothing'}`;
    })
    .sort();
}
