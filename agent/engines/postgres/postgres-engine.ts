import { join } from 'node:path';
import { AgentFailure } from '../../failure.ts';
import type { DeviceRoot } from '../../host/device-root.ts';
import type { DatabaseRecord, DatabaseVolume } from '../../registry/database-record.ts';
import type { CopySource, Engine } from '../engine.ts';
import { chooseAccount } from './account.ts';
import { freezeSessionName, openBackupSession } from './backup-session.ts';
import { findBinaries } from './binaries.ts';
import { checkCopy } from './check-copy.ts';
import { type Cluster, clusterOf } from './cluster.ts';
import { createCluster } from './create-cluster.ts';
import { describeCluster, type SizeMemory } from './describe-cluster.ts';
import { findFreePort } from './free-port.ts';
import { type CopyLayout, readCopyLayout } from './inspect-copy.ts';
import { prepareCopy } from './prepare-copy.ts';
import { openPrivateRoot } from './private-root.ts';
import { runProgram } from './run-program.ts';
import { removePrivateDirectory, serverPid, type ServerPrograms, startServer, stopServer } from './server-process.ts';
import { withSession } from './session.ts';

/** First version whose access rules can include another file. */
const oldestMajorVersion = 16;

export interface PostgresOptions {
  readonly stateDir: string;
  readonly deviceRoot: DeviceRoot;
  readonly binDir: string | undefined;
  readonly runAsUser: string | number | undefined;
}

/**
 * PostgreSQL: one managed database is one cluster on its own volumes.
 * @throws AgentFailure ENGINE_FAILED when the programs are missing or older than 16, or the user does not exist.
 */
export async function openPostgresEngine(options: PostgresOptions): Promise<Engine> {
  const { deviceRoot } = options;
  const account = await chooseAccount(options.runAsUser);
  const programs: ServerPrograms = { account, binDir: await findBinaries(options.binDir, account) };
  const version = await readVersion(programs);
  const privateRoot = await openPrivateRoot(options.stateDir, account);
  const sizes: SizeMemory = new Map();
  const cluster = (database: DatabaseRecord): Cluster => clusterOf(database, deviceRoot, privateRoot);

  return {
    vendor: 'postgres',
    version: () => Promise.resolve(version),
    choosePort: (taken) => findFreePort(taken),
    inspectCopy: async (source) => volumesOf(await readCopyLayout(source, deviceRoot)),
    create: async (database, { superuserPassword }) => {
      await createCluster(cluster(database), programs, superuserPassword);
      await startServer(cluster(database), programs);
    },
    attach: async (database, source) => attachCopy(cluster(database), source, programs, deviceRoot),
    start: (database) => startServer(cluster(database), programs),
    stop: (database) => stopServer(cluster(database), 'fast'),
    discard: async (database) => {
      await stopServer(cluster(database), database.state === 'making' ? 'immediate' : 'fast');
      await removePrivateDirectory(cluster(database));
    },
    describe: (database) => describeCluster(database, cluster(database), deviceRoot, sizes),
    freeze: (database, { freezeId, maxSeconds }) => openBackupSession(cluster(database), freezeId, maxSeconds),
    endLeftoverFreeze: (database) => endForgottenSessions(cluster(database)),
  };
}

async function attachCopy(
  cluster: Cluster,
  source: CopySource,
  programs: ServerPrograms,
  deviceRoot: DeviceRoot,
): Promise<void> {
  const layout = await readCopyLayout(source, deviceRoot);
  await prepareCopy(layout, { standby: cluster.standby, account: programs.account });
  await startServer(cluster, programs);
  await checkCopy(cluster, source.restore_point);
}

const volumesOf = ({ dataSerial, wal }: CopyLayout): readonly DatabaseVolume[] => [
  { kind: 'data', serial: dataSerial },
  ...(wal && wal.serial !== dataSerial ? [{ kind: 'log' as const, serial: wal.serial }] : []),
];

async function readVersion(programs: ServerPrograms): Promise<string> {
  const answer = await runProgram(join(programs.binDir, 'postgres'), ['--version'], {
    account: programs.account,
    timeoutSeconds: 30,
  });
  const version = /(\d+)[.\d]*/.exec(answer);
  if (!version || Number(version[1]) < oldestMajorVersion) {
    throw new AgentFailure(
      'ENGINE_FAILED',
      `PostgreSQL ${oldestMajorVersion} or newer is needed, found "${answer.trim()}"`,
    );
  }
  return version[0];
}

/** The session of a dead agent usually dies with its socket; this also ends one that lingers. */
async function endForgottenSessions(cluster: Cluster): Promise<void> {
  if ((await serverPid(cluster)) === null) return;
  await withSession(cluster, 10, (value) =>
    value('SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = $1', [
      freezeSessionName,
    ]),
  );
}
