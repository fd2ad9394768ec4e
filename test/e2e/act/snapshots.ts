/** What a user's script does with snapshots: takes them, clones from them, refreshes databases from them. */
import { z } from 'zod';
import { type CloneOptions, type ClonedDatabase, completed, type Destination } from './flex.ts';
import type { ApiAnswer, ApiClient } from '../../../local/site/api-client.ts';

const path = '/api/echo/v1/db_snapshots';

/** Takes one and waits; its id. */
export async function takeSnapshot(
  api: ApiClient,
  hostId: string,
  databaseIds: readonly string[],
  level: 'application' | 'crash' = 'application',
): Promise<string> {
  const body = { source_host_id: hostId, database_ids: databaseIds, consistency_level: level };
  const { result } = await completed(api, await api.call('POST', path, body));
  if (result?.db_snapshot === undefined) throw new Error('the task does not name its snapshot');
  return result.db_snapshot.id;
}

/** Clones from a snapshot and waits; throws unless it completed. */
export async function importSnapshot(
  api: ApiClient,
  snapshotId: string,
  destinations: readonly Destination[],
  options: Pick<CloneOptions, 'target_state'> = {},
): Promise<readonly ClonedDatabase[]> {
  const answer = await api.call('POST', `${path}/${snapshotId}/echo_db`, { destinations, ...options });
  const { command_type, result } = await completed(api, answer);
  if (command_type !== 'ImportDBSnapshotCommand' || result?.cloned_dbs === undefined || 'db_snapshot' in result)
    throw new Error(`not the result of a clone from a snapshot: ${JSON.stringify(result)}`);
  return result.cloned_dbs;
}

export interface RefreshRequest {
  readonly snapshot_id: string;
  readonly db_names: readonly string[];
  readonly keep_backup?: boolean;
  readonly target_state?: 'online' | 'recovery';
}

export const postRefresh = (api: ApiClient, hostId: string, request: RefreshRequest): Promise<ApiAnswer> =>
  api.call('POST', `/api/echo/v1/hosts/${hostId}/databases/_refresh`, request);

/** Refreshes and waits; throws unless it completed. */
export async function refresh(
  api: ApiClient,
  hostId: string,
  request: RefreshRequest,
): Promise<readonly ClonedDatabase[]> {
  const { command_type, result } = await completed(api, await postRefresh(api, hostId, request));
  if (command_type !== 'ReplaceDBCommand' || result?.cloned_dbs === undefined || 'db_snapshot' in result)
    throw new Error(`not the result of a refresh: ${JSON.stringify(result)}`);
  return result.cloned_dbs;
}

const Topology = z.array(
  z.object({
    host: z.object({ id: z.string() }),
    databases: z.array(
      z.object({ name: z.string(), id: z.string(), parent: z.object({ snap_id: z.string() }).nullable() }),
    ),
  }),
);

/** Databases of a host as the topology shows them: name, id and the snapshot each was made from, '' for an original. */
export async function lineageOn(
  api: ApiClient,
  hostId: string,
): Promise<readonly (readonly [string, string, string])[]> {
  const topology = Topology.parse((await api.call('GET', '/api/echo/v1/topology')).body);
  const databases = topology.find(({ host }) => host.id === hostId)?.databases ?? [];
  return databases.map(({ name, id, parent }) => [name, id, parent?.snap_id ?? ''] as const).sort();
}
