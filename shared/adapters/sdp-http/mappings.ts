import type { ArraySession } from './array-session.ts';
import { findHostNamed } from './hosts.ts';
import { refBody, refTo } from './refs.ts';
import { findSnapshotNamed } from './snapshots.ts';
import { Mapping } from './wire.ts';

/**
 * One mapping of the view stands for all its volumes; the array keeps the rows of the single volumes by itself, and
 * they go with it.
 */
export const ensureMapping = async (session: ArraySession, viewName: string, hostName: string): Promise<void> => {
  const view = await findSnapshotNamed(session, viewName);
  if (!view?.is_exposable) throw session.refuse(`there is no view ${viewName}`);
  const host = await findHostNamed(session, hostName);
  if (host === undefined) throw session.refuse(`there is no host ${hostName}`);
  const viewRef = refTo('snapshots', view.id);
  const hostRef = refTo('hosts', host.id);
  await session.ensure(
    async () => (await mappingsOf(session, viewRef)).find((mapping) => mapping.host === hostRef),
    () => session.create('mappings', { host: refBody(hostRef), volume: refBody(viewRef) }, Mapping),
  );
};

export const removeMappings = async (session: ArraySession, viewName: string): Promise<void> => {
  const view = await findSnapshotNamed(session, viewName);
  if (view === undefined) return;
  const viewRef = refTo('snapshots', view.id);
  for (const { id } of await mappingsOf(session, viewRef)) {
    await session.remove(async () => {
      const isThere = (await mappingsOf(session, viewRef)).some((mapping) => mapping.id === id);
      return isThere ? refTo('mappings', id) : undefined;
    });
  }
};

const mappingsOf = async (session: ArraySession, viewRef: string) => {
  const hits = await session.list('mappings', { 'volume.ref': viewRef }, Mapping);
  return hits.filter(({ volume }) => volume === viewRef);
};
