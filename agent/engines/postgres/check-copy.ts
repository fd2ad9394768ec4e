import { AgentFailure } from '../../failure.ts';
import type { Cluster } from './cluster.ts';
import { parseLsn } from './lsn.ts';
import { withSession } from './session.ts';

const sessionTimeoutSeconds = 30;

/**
 * Checks that a started copy is in the wanted state and holds everything up to the restore point ('' checks only the
 * state). A standby reports what it has replayed, a primary what it writes next.
 * @throws AgentFailure ENGINE_FAILED.
 */
export async function checkCopy(cluster: Cluster, restorePoint: string): Promise<void> {
  const reached = await withSession(cluster, sessionTimeoutSeconds, async (value) => {
    const inRecovery = (await value('SELECT pg_is_in_recovery()')) === 'true';
    if (inRecovery !== cluster.standby) {
      throw new AgentFailure(
        'ENGINE_FAILED',
        cluster.standby ? 'the copy did not stay in recovery' : 'the copy is still in recovery',
      );
    }
    return value(inRecovery ? 'SELECT pg_last_wal_replay_lsn()' : 'SELECT pg_current_wal_lsn()');
  });
  if (restorePoint === '') return;
  if (reached === null || parseLsn(reached) < parseLsn(restorePoint)) {
    throw new AgentFailure(
      'ENGINE_FAILED',
      `the copy reached ${reached ?? 'nothing'}, less than the restore point ${restorePoint}`,
    );
  }
}
