import { type Database, liveDatabases, mayBeSame, sameName } from '../../shared/domain/database.ts';
import { DomainError } from '../../shared/domain/errors.ts';
import type { SourcePlan } from '../../shared/domain/plan.ts';
import type { DatabaseStore, HostStore } from '../../shared/ports/store.ts';

/**
 * The databases a task is about, as their host reports them now. Engines give the id of a dropped database to another one:
 * what has another name, or is of an earlier registration of the host, is not the database that was asked for.
 * Throws `Refused` when one of them is not there.
 */
export async function sourceDatabases(
  store: Pick<HostStore, 'getHost'> & Pick<DatabaseStore, 'listDatabases'>,
  { sourceHostId, sources }: SourcePlan,
): Promise<readonly Database[]> {
  const [host, reported] = await Promise.all([store.getHost(sourceHostId), store.listDatabases(sourceHostId)]);
  const live = liveDatabases(host, reported);
  return sources.map(({ dbId, dbName, uid }) => {
    const found = live.find((one) => one.dbId === dbId);
    if (found === undefined || !sameName(found.name, dbName) || !mayBeSame(found.uid, uid))
      throw new DomainError('Refused', `database '${dbName}' is not on host '${sourceHostId}' any more`);
    return found;
  });
}
