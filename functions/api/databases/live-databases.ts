import { type Database, liveDatabases } from '../../../shared/domain/database.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import type { DatabaseStore, HostStore } from '../../../shared/ports/store.ts';

/** Databases reported under the host's present registration; unknown host is 404. */
export async function liveDatabasesOf(
  store: Pick<HostStore, 'getHost'> & Pick<DatabaseStore, 'listDatabases'>,
  hostId: string,
): Promise<readonly Database[]> {
  const [host, databases] = await Promise.all([store.getHost(hostId), store.listDatabases(hostId)]);
  if (host === undefined) throw new DomainError('NotFound', `Host '${hostId}' not found`);
  return liveDatabases(host, databases);
}
