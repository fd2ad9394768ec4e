import { type Database, liveDatabases, sameName } from '../../shared/domain/database.ts';
import type { RefreshPlan } from '../../shared/domain/plan.ts';
import type { DatabaseStore, HostStore } from '../../shared/ports/store.ts';

/** Finds a database of the plan's host by its name, as the host reports it now. */
export type FindByName = (name: string) => Database | undefined;

/**
 * The databases of a refresh are asked for by name, and so they are found when the task holds its locks: a refresh before it in
 * the queue that kept a backup has left the id with the backup.
 */
export async function refreshedDatabases(
  store: Pick<HostStore, 'getHost'> & Pick<DatabaseStore, 'listDatabases'>,
  { hostId }: RefreshPlan,
): Promise<FindByName> {
  const [host, reported] = await Promise.all([store.getHost(hostId), store.listDatabases(hostId)]);
  const live = liveDatabases(host, reported);
  return (name) => live.find((one) => sameName(one.name, name));
}
