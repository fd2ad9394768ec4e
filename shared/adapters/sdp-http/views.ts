import type { ArrayView } from '../../ports/sdp.ts';
import type { ArraySession } from './array-session.ts';
import { idIn, refTo } from './refs.ts';
import { ensureSnapshotObject, findSnapshotNamed } from './snapshots.ts';
import { Volsnap } from './wire.ts';

export const ensureView = async (session: ArraySession, name: string, snapshotName: string): Promise<ArrayView> => {
  const snapshot = await findSnapshotNamed(session, snapshotName);
  if (snapshot === undefined || snapshot.is_exposable) throw session.refuse(`there is no snapshot ${snapshotName}`);
  const snapshotRef = refTo('snapshots', snapshot.id);
  const view = await ensureSnapshotObject(session, { name, sourceRef: snapshotRef, isExposable: true });
  const volumeCount = (await volumesOf(session, snapshotRef)).length;
  // A view answered with some of its volumes would become a clone with a part of its files.
  const volumes = await session.until(async () => {
    const seen = await volumesOf(session, refTo('snapshots', view.id));
    return seen.length === volumeCount && volumeCount > 0 ? seen : undefined;
  }, `the view ${name} does not have its ${volumeCount} volumes yet`);
  return { id: view.id, name, volumes };
};

const volumesOf = async (session: ArraySession, snapshotRef: string): Promise<ArrayView['volumes']> => {
  const volsnaps = await session.list('volsnaps', { 'snapshot.ref': snapshotRef }, Volsnap);
  return volsnaps.flatMap(({ snapshot, source, scsi_sn }) => {
    const volumeId = idIn(source, 'volumes');
    return snapshot === snapshotRef && volumeId !== undefined ? [{ serial: scsi_sn, volumeId }] : [];
  });
};
