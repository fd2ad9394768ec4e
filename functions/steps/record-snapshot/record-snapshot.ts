import { mayBeSame } from '../../../shared/domain/database.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import type { SourcePlan } from '../../../shared/domain/plan.ts';
import { freezesByVss, sourceLockKeys } from '../../../shared/domain/plan.ts';
import { type Snapshot, snapshotIdOf } from '../../../shared/domain/snapshot.ts';
import type { Task } from '../../../shared/domain/task.ts';
import { releaseAll } from '../../../shared/use-cases/locking.ts';
import { snapshotsOfRound } from '../array-snapshots.ts';
import { freezeEffectId } from '../effect-of.ts';
import { ArraySnapshotOutcome, FreezeOutcome } from '../outcomes.ts';
import { sourcePlanOf } from '../plan-of.ts';
import { defineStep, StepInput, type StepDeps } from '../step.ts';

/** Seconds added at most to the id's time when ids of one second collide. Flex contract, section 7.7. */
const maxIdCollisions = 60;

async function restorePoints(deps: Pick<StepDeps, 'store'>, task: Task): Promise<ReadonlyMap<string, string>> {
  const freeze = await deps.store.getEffect(task.requestId, freezeEffectId(task.freezeRound));
  if (freeze === undefined) return new Map();
  return new Map(FreezeOutcome.parse(freeze.outcome).databases.map((one) => [one.id, one.restore_point]));
}

async function snapshotOf(
  deps: Pick<StepDeps, 'store'>,
  task: Task,
  plan: SourcePlan,
): Promise<Omit<Snapshot, 'snapshotId'>> {
  const effects = snapshotsOfRound(await deps.store.listEffects(task.requestId), task.freezeRound);
  const taken = effects.map((effect) => ({ name: effect.name, ...ArraySnapshotOutcome.parse(effect.outcome) }));
  const first = taken[0];
  if (first === undefined) throw new DomainError('Internal', 'no array snapshot was taken in this round');
  const points = plan.consistencyLevel === 'application' ? await restorePoints(deps, task) : new Map<string, string>();
  const host = await deps.store.getHost(plan.sourceHostId);
  return {
    hostId: plan.sourceHostId,
    hostName: host?.hostName === undefined || host.hostName === '' ? plan.sourceHostId : host.hostName,
    sdpId: first.sdpId,
    databases: plan.sources.map((source) => ({
      dbId: source.dbId,
      uid: source.uid,
      dbName: source.dbName,
      vendor: source.vendor,
      restorePoint: points.get(source.dbId) ?? '',
      volumes: taken.flatMap((one, snapshotIndex) =>
        one.volumes
          .filter((volume) => volume.dbId === source.dbId)
          .map(({ serial, volumeId }) => ({ serial, volumeId, snapshotIndex })),
      ),
    })),
    arraySnapshots: taken.map(({ name, arrayId, origin }) => ({ name, arrayId, origin })),
    takenAtSeconds: Math.min(...taken.map((one) => one.takenAtSeconds)),
    consistencyLevel: plan.consistencyLevel,
    dbEngineVersion: host?.dbEngineVersion ?? '',
    isVssBased: freezesByVss(plan),
    state: 'pending',
    requestId: task.requestId,
    scheduleId: plan.flow === 'create-snapshot' ? plan.scheduleId : '',
    pins: new Set(),
    exclusiveBy: '',
  };
}

/**
 * Makes the db snapshot a fact of the catalogue, not yet shown, pinned by this task; then lets the sources go.
 * Undo: finish-unwind removes the pending row.
 */
export const recordSnapshot = defineStep({
  name: 'record-snapshot',
  input: StepInput,
  phase: 'forward',
  needs: ['store', 'flows', 'clock'],
  async run(deps, task) {
    const plan = sourcePlanOf(task);
    const snapshotId = task.snapshotId === '' ? await record(deps, task, plan) : task.snapshotId;
    await releaseAll(deps, sourceLockKeys(plan), task.requestId);
    return { snapshot_id: snapshotId };
  },
});

async function record(deps: Pick<StepDeps, 'store'>, task: Task, plan: SourcePlan): Promise<string> {
  const snapshot = await snapshotOf(deps, task, plan);
  const ids = new Set(plan.sources.map((source) => source.dbId));
  const clones = await Promise.all([...ids].map((dbId) => deps.store.getClone(plan.sourceHostId, dbId)));
  const sourceClones = clones.flatMap((one) => {
    const source = plan.sources.find(({ dbId }) => dbId === one?.dbId);
    return one !== undefined && source !== undefined && mayBeSame(one.uid, source.uid) ? [one] : [];
  });
  for (let seconds = 0; seconds <= maxIdCollisions; seconds += 1) {
    const snapshotId = snapshotIdOf(plan.namePrefix, snapshot.takenAtSeconds + seconds);
    if ((await deps.store.recordSnapshot({ ...snapshot, snapshotId }, sourceClones)) === 'recorded') return snapshotId;
  }
  throw new DomainError('Busy', 'no free snapshot id in the next minute');
}
