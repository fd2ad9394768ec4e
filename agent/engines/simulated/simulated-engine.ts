import { stat } from 'node:fs/promises';
import type { DatabaseReport } from '../../../shared/contracts/agent.ts';
import { AgentFailure, messageOf, VolumeInUse } from '../../failure.ts';
import type { DeviceRoot } from '../../host/device-root.ts';
import { isNotFound, writeDurably } from '../../journal/durable-file.ts';
import type { DatabaseRecord, DatabaseVolume } from '../../registry/database-record.ts';
import { unlock } from '../../registry/file-lock.ts';
import type { CopySource, Engine, FreezeEnd } from '../engine.ts';
import {
  appendLockPath,
  type DatabaseHeader,
  headerPath,
  logRowsPath,
  readHeader,
  rowsPath,
} from './database-files.ts';
import { clearFreezeMarker, removeFreezeMarker, setFreezeMarker } from './freeze-marker.ts';
import { reconcileRows } from './reconcile-rows.ts';

/**
 * Stands in for SQL Server where none can run: a database is files on its volumes, so a copy really contains what its
 * source held. It has no process: stopping changes nothing, and starting only the name it knows itself by.
 */
export function createSimulatedEngine(deviceRoot: DeviceRoot): Engine {
  const volumesOf = (
    database: DatabaseRecord,
  ): { readonly data: string; readonly log: string; readonly logSerial: string | null } => {
    const data = deviceRoot.pathOf(serialOf(database.volumes, 'data') ?? '');
    const logSerial = serialOf(database.volumes, 'log');
    return { data, log: logSerial === null ? data : deviceRoot.pathOf(logSerial), logSerial };
  };
  const writeHeader = (database: DatabaseRecord): Promise<void> => {
    const header: DatabaseHeader = {
      format: 'reprise-simulated-1',
      name: database.name,
      log_serial: volumesOf(database).logSerial,
      state: database.target_state === 'online' ? 'ONLINE' : 'RESTORING',
    };
    return writeDurably(headerPath(volumesOf(database).data), `${JSON.stringify(header)}\n`, { mode: 0o644 });
  };

  return {
    vendor: 'mssql',
    version: () => Promise.resolve('16.0.1000.6'),
    choosePort: () => Promise.resolve(null),
    inspectCopy: (source) => inspect(source, deviceRoot),
    create: async (database) => {
      const { data, log } = volumesOf(database);
      if ((await readHeader(data)) !== null) throw new VolumeInUse('the volume holds a database already');
      await writeDurably(logRowsPath(log), '', { mode: 0o644 });
      await writeDurably(rowsPath(data), '', { mode: 0o644 });
      await writeHeader(database);
    },
    attach: async (database) => {
      const { data, log } = volumesOf(database);
      await reconcileRows(data, log);
      // The copy was taken while its source was frozen or written to; neither is true of the copy.
      await clearFreezeMarker(data);
      await unlock(appendLockPath(data));
      await writeHeader(database);
    },
    start: async (database) => {
      const header = await readHeader(volumesOf(database).data);
      if (!header) throw new AgentFailure('ENGINE_FAILED', `the volumes of ${database.name} hold no database`);
      if (header.name !== database.name) await writeHeader(database);
    },
    stop: () => Promise.resolve(),
    discard: () => Promise.resolve(),
    describe: (database) => describe(database, deviceRoot, volumesOf(database)),
    freeze: async (database, { freezeId, maxSeconds }) => {
      const { data } = volumesOf(database);
      try {
        await setFreezeMarker(data, freezeId, maxSeconds);
      } catch (error) {
        throw new AgentFailure('FREEZE_FAILED', messageOf(error), error);
      }
      return { restorePoint: '', release: () => release(data, freezeId) };
    },
    endLeftoverFreeze: (database) => clearFreezeMarker(volumesOf(database).data),
  };
}

const serialOf = (volumes: readonly DatabaseVolume[], kind: DatabaseVolume['kind']): string | null =>
  volumes.find((volume) => volume.kind === kind)?.serial ?? null;

async function inspect(source: CopySource, deviceRoot: DeviceRoot): Promise<readonly DatabaseVolume[]> {
  const found: { readonly serial: string; readonly header: DatabaseHeader }[] = [];
  for (const { serial } of source.volumes) {
    const header = await readHeader(deviceRoot.pathOf(serial)).catch((error: unknown) => {
      throw new AgentFailure('LAYOUT_NOT_SUPPORTED', `volume ${serial} holds no database that can be read`, error);
    });
    if (header) found.push({ serial, header });
  }
  const [data, another] = found;
  if (!data || another)
    throw new AgentFailure('LAYOUT_NOT_SUPPORTED', `${found.length} of the volumes hold a database, expected one`);
  const others = source.volumes.filter(({ serial }) => serial !== data.serial);
  const logOfSource = data.header.log_serial;
  // The copy still names its source's log volume, or its own when an attach that died is done again.
  const log = others.find(({ source_serial, serial }) => source_serial === logOfSource || serial === logOfSource);
  if ((logOfSource !== null) !== (log !== undefined) || others.length > 1) {
    throw new AgentFailure('LAYOUT_NOT_SUPPORTED', 'the volumes are not exactly those of the database');
  }
  return [{ kind: 'data', serial: data.serial }, ...(log ? [{ kind: 'log' as const, serial: log.serial }] : [])];
}

async function release(volume: string, freezeId: string): Promise<FreezeEnd> {
  try {
    const held = await removeFreezeMarker(volume, freezeId);
    return { held, reason: held ? '' : 'writers went on before the thaw' };
  } catch (error) {
    return { held: false, reason: `the freeze cannot be ended: ${messageOf(error)}` };
  }
}

async function describe(
  database: DatabaseRecord,
  deviceRoot: DeviceRoot,
  volumes: { readonly data: string; readonly log: string },
): Promise<DatabaseReport> {
  const header = await readHeader(volumes.data).catch(() => null); // Unreadable is as suspect as absent.
  const files = [
    { kind: 'data', path: rowsPath(volumes.data) },
    { kind: 'log', path: logRowsPath(volumes.log) },
  ] as const;
  return {
    id: database.id,
    uid: database.uid,
    name: database.name,
    vendor: 'mssql',
    status: header?.name === database.name ? header.state : 'SUSPECT',
    files: await Promise.all(
      files.map(async ({ kind, path }, index) => ({
        name: kind === 'data' ? database.name : `${database.name}_log`,
        file_id: index + 1,
        kind,
        path,
        size_mb: await mebibytesOf(path),
        backup_status: 'ACTIVE',
      })),
    ),
    mount_points: database.volumes.map(({ serial }) => ({ kind: 'disk', path: deviceRoot.pathOf(serial), serial })),
  };
}

async function mebibytesOf(path: string): Promise<number> {
  try {
    return Math.ceil((await stat(path)).size / 1_048_576);
  } catch (error) {
    if (isNotFound(error)) return 0;
    throw error;
  }
}
