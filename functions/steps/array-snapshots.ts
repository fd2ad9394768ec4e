/** The array snapshots of a task, round by round. */
import type { Effect } from '../../shared/domain/effect.ts';
import type { Task } from '../../shared/domain/task.ts';
import type { StepDeps } from './step.ts';

const standingSnapshots = (effects: readonly Effect[]): readonly Effect[] =>
  effects.filter((effect) => effect.kind === 'array-snapshot' && effect.state !== 'undone');

/** Effect ids of round r begin with this. */
export const roundPrefix = (round: number): string => `array-snapshot-${String(round)}-`;

export const snapshotsOfRound = (effects: readonly Effect[], round: number): readonly Effect[] =>
  standingSnapshots(effects)
    .filter((effect) => effect.effectId.startsWith(roundPrefix(round)))
    .toSorted((left, right) => left.effectId.localeCompare(right.effectId, 'en', { numeric: true }));

/** Removes the snapshots for which `which` holds, from the array and from the journal. */
export async function discardSnapshots(
  deps: Pick<StepDeps, 'store' | 'arrays'>,
  task: Task,
  which: (effect: Effect) => boolean,
): Promise<number> {
  const stale = standingSnapshots(await deps.store.listEffects(task.requestId)).filter(which);
  for (const effect of stale) {
    const array = await deps.arrays.of(effect.sdpId);
    await array.removeSnapshot(effect.name);
    await deps.store.markUndone(task.requestId, effect.effectId);
  }
  return stale.length;
}
