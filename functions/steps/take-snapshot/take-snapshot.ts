import { arrayName } from '../../../shared/domain/array-names.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import type { SourcePlan } from '../../../shared/domain/plan.ts';
import { spansGroups } from '../../../shared/domain/source-validation.ts';
import type { LocatedVolume, SnapshotSource } from '../../../shared/ports/sdp.ts';
import { discardSnapshots, roundPrefix } from '../array-snapshots.ts';
import { arraySnapshotEffectId, intended } from '../effect-of.ts';
import type { ArraySnapshotOutcome } from '../outcomes.ts';
import { sourcePlanOf } from '../plan-of.ts';
import { sourceDatabases } from '../source-databases.ts';
import { defineStep, StepInput } from '../step.ts';

interface Disk {
  readonly dbId: string;
  readonly located: LocatedVolume;
}

/** Disks by what they are snapshotted with, in a stable order. */
function groupByOrigin(
  disks: readonly Disk[],
): readonly { readonly origin: SnapshotSource; readonly disks: readonly Disk[] }[] {
  const keys = [...new Set(disks.map((disk) => originKey(disk.located.source)))].sort();
  return keys.flatMap((key) => {
    const members = disks.filter((disk) => originKey(disk.located.source) === key);
    const first = members[0];
    return first === undefined ? [] : [{ origin: first.located.source, disks: members }];
  });
}

const originKey = (origin: SnapshotSource): string => `${origin.kind}/${String(origin.id)}`;

/** Volumes may have moved to other groups since the request was looked at. */
function refuseSpread(plan: SourcePlan, groups: ReturnType<typeof groupByOrigin>): void {
  if (plan.consistencyLevel !== 'crash') return;
  for (const { dbId, dbName } of plan.sources) {
    const origins = groups.filter(({ disks }) => disks.some((disk) => disk.dbId === dbId));
    if (origins.length > 1) throw new DomainError('Refused', spansGroups(dbName));
  }
}

/**
 * Takes one array snapshot per volume group (or view, for a clone of a clone) the source databases lie on. Where they
 * lie is asked of their array now, since volumes move between groups. Undo: remove the snapshots.
 */
export const takeSnapshot = defineStep({
  name: 'take-snapshot',
  input: StepInput,
  phase: 'forward',
  needs: ['store', 'arrays'],
  async run(deps, task) {
    if (task.snapshotId !== '') return { taken: 0 };
    const plan = sourcePlanOf(task);
    const round = task.freezeRound;
    await discardSnapshots(deps, task, (effect) => !effect.effectId.startsWith(roundPrefix(round)));
    const array = await deps.arrays.of(plan.sdpId);
    const sdpId = plan.sdpId === '' ? (await array.describe()).sdpId : plan.sdpId;
    const databases = await sourceDatabases(deps.store, plan);
    const mounts = databases.flatMap((one) =>
      one.mountPoints.map((mount) => ({ dbId: one.dbId, serial: mount.serial })),
    );
    const located = await array.locateVolumes(mounts.map((mount) => mount.serial));
    const disks = mounts.map(({ dbId, serial }) => {
      const found = located.find((one) => one.serial === serial);
      if (found === undefined) throw new DomainError('Refused', `array ${sdpId} knows no volume with serial ${serial}`);
      return { dbId, located: found };
    });
    const groups = groupByOrigin(disks);
    refuseSpread(plan, groups);
    for (const [index, group] of groups.entries()) {
      const effectId = arraySnapshotEffectId(round, index);
      const name = arrayName(task.requestId, effectId);
      await deps.store.intend(intended(task.requestId, effectId, 'array-snapshot', { name, sdpId }), task.attempt);
      const snapshot = await array.ensureSnapshot(name, group.origin);
      const outcome: ArraySnapshotOutcome = {
        arrayId: snapshot.id,
        takenAtSeconds: snapshot.takenAtSeconds,
        sdpId,
        origin: { ...group.origin },
        volumes: group.disks.map((disk) => ({
          dbId: disk.dbId,
          serial: disk.located.serial,
          volumeId: disk.located.volumeId,
        })),
      };
      await deps.store.markDone(task.requestId, effectId, outcome);
    }
    return { taken: groups.length };
  },
});
