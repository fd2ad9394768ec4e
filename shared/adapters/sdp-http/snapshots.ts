import type { ArraySnapshot, SnapshotSource } from '../../ports/sdp.ts';
import type { ArraySession } from './array-session.ts';
import { refBody, refTo } from './refs.ts';
import { Named, Snapshot } from './wire.ts';

/**
 * Our snapshots and views carry this policy, which keeps what nobody deletes; with `is_auto_deleteable` false the
 * array never takes one away by itself. It is built into every array.
 */
const retentionPolicyName = 'Best_Effort_Retention';

/** The live snapshot or view of that name. @throws ArrayRefused when the name is not unique. */
export const findSnapshotNamed = async (session: ArraySession, name: string): Promise<Snapshot | undefined> => {
  const hits = await session.list('snapshots', { short_name: name }, Snapshot);
  const [found, other] = hits.filter((hit) => hit.short_name === name && !hit.is_deleted);
  if (other !== undefined) throw session.refuse(`more than one object is named ${name}`);
  return found;
};

/**
 * Snapshots and views are one resource on the array; `sourceRef` and `isExposable` tell what this one is to be.
 * @throws ArrayRefused when something else lives under that name.
 */
export const ensureSnapshotObject = (
  session: ArraySession,
  wanted: { readonly name: string; readonly sourceRef: string; readonly isExposable: boolean },
): Promise<Snapshot> =>
  session.ensure(
    async () => {
      const found = await findSnapshotNamed(session, wanted.name);
      if (found === undefined) return undefined;
      if (found.source !== wanted.sourceRef || found.is_exposable !== wanted.isExposable) {
        const kind = found.is_exposable ? 'view' : 'snapshot';
        throw session.refuse(`the name is taken by a ${kind} of ${found.source ?? 'nothing'}`);
      }
      return found;
    },
    async () =>
      session.create(
        'snapshots',
        {
          short_name: wanted.name,
          source: refBody(wanted.sourceRef),
          retention_policy: refBody(await retentionPolicyRef(session)),
          is_exposable: wanted.isExposable,
          is_auto_deleteable: false,
        },
        Snapshot,
      ),
  );

const retentionPolicyRef = async (session: ArraySession): Promise<string> => {
  const policies = await session.list('retention_policies', { name: retentionPolicyName }, Named);
  const policy = policies.find(({ name }) => name === retentionPolicyName);
  if (policy === undefined) throw session.refuse(`it has no retention policy ${retentionPolicyName}`);
  return refTo('retention_policies', policy.id);
};

export const ensureSnapshot = async (
  session: ArraySession,
  name: string,
  source: SnapshotSource,
): Promise<ArraySnapshot> => {
  const sourceRef = refTo(source.kind === 'view' ? 'snapshots' : 'volume_groups', source.id);
  const snapshot = await ensureSnapshotObject(session, { name, sourceRef, isExposable: false });
  return { id: snapshot.id, name, takenAtSeconds: Math.floor(snapshot.creation_time) };
};

/** Removes the snapshot or the view of that name, whichever the caller says it is. */
export const removeSnapshotObject = (session: ArraySession, name: string, isExposable: boolean): Promise<void> =>
  session.remove(async () => {
    const found = await findSnapshotNamed(session, name);
    if (found === undefined) return undefined;
    if (found.is_exposable !== isExposable) {
      throw session.refuse(`${name} is a ${found.is_exposable ? 'view' : 'snapshot'}`);
    }
    return refTo('snapshots', found.id);
  });
