import type { Client } from 'pg';
import { AgentFailure, messageOf } from '../../failure.ts';
import type { FreezeEnd, FrozenDatabase } from '../engine.ts';
import type { Cluster } from './cluster.ts';
import { firstValue, newClient } from './session.ts';

/** Name under which the freeze's session shows in pg_stat_activity. */
export const freezeSessionName = 'reprise-freeze';

/**
 * Opens a backup in a session of its own and leaves it open: `pg_backup_start` forces full page writes and a
 * checkpoint, and says from where a copy must recover. PostgreSQL ends the backup when the session dies, so only an
 * answer of this very session to `pg_backup_stop` proves that it was held.
 * @throws AgentFailure FREEZE_FAILED; no session is left then.
 */
export async function openBackupSession(
  cluster: Cluster,
  label: string,
  timeoutSeconds: number,
): Promise<FrozenDatabase> {
  const client = newClient(cluster, freezeSessionName, timeoutSeconds);
  let lost: string | null = null;
  client.on('error', (error) => (lost = `the session of the freeze died: ${error.message}`));
  client.on('end', () => (lost ??= 'the session of the freeze ended'));
  try {
    await client.connect();
    await client.query('SET statement_timeout = 0');
    await client.query('SET idle_session_timeout = 0');
    const restorePoint = await firstValue(client, 'SELECT pg_backup_start($1, fast => true)', [label]);
    if (restorePoint === null) throw new Error('pg_backup_start returned no position');
    return { restorePoint, release: () => endBackup(client, () => lost) };
  } catch (error) {
    await closeQuietly(client);
    throw new AgentFailure('FREEZE_FAILED', `pg_backup_start failed: ${messageOf(error)}`, error);
  }
}

async function endBackup(client: Client, lost: () => string | null): Promise<FreezeEnd> {
  try {
    const reason = lost();
    if (reason !== null) return { held: false, reason };
    await firstValue(client, 'SELECT lsn FROM pg_backup_stop(wait_for_archive => false)');
    return { held: true, reason: '' };
  } catch (error) {
    return { held: false, reason: `the session of the freeze does not answer: ${messageOf(error)}` };
  } finally {
    await closeQuietly(client);
  }
}

/** Ends a session whose fate is already decided: what closing it says changes nothing. */
async function closeQuietly(client: Client): Promise<void> {
  await client.end().catch(() => undefined);
}
