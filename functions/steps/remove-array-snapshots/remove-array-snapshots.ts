import { DomainError, isDomainError } from '../../../shared/domain/errors.ts';
import { exclusiveSnapshots } from '../../../shared/domain/plan.ts';
import type { Task } from '../../../shared/domain/task.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import { intended } from '../effect-of.ts';
import { defineStep, type StepDeps, StepInput } from '../step.ts';

/** Parts on arrays of the snapshots that the task deletes; those of a snapshot that is forgotten are gone. */
async function partsOf({ store }: Pick<StepDeps, 'store'>, { plan }: Task) {
  const snapshots = await Promise.all(exclusiveSnapshots(plan).map((snapshotId) => store.getSnapshot(snapshotId)));
  return snapshots.flatMap((snapshot) =>
    (snapshot?.arraySnapshots ?? []).map(({ name }) => ({ name, sdpId: snapshot?.sdpId ?? plan.sdpId })),
  );
}

/**
 * Removes the snapshots' parts from the array. The first removal is the point of no return; one that the array refuses
 * changed nothing, so its row is taken back and the flow may still unwind: unless an earlier run had begun it, of which
 * nobody knows what it changed. Forward only otherwise.
 */
export const removeArraySnapshots = defineStep({
  name: 'remove-array-snapshots',
  input: StepInput,
  phase: 'forward',
  needs: ['store', 'arrays', 'clock'],
  async run(deps, task) {
    await deps.store.markRunning(task.requestId, nowSeconds(deps.clock));
    const parts = await partsOf(deps, task);
    const passed = await deps.store.passPointOfNoReturn(task.requestId, nowSeconds(deps.clock));
    if (!passed) throw new DomainError('TaskCanceled', 'the task was canceled');
    for (const [index, { name, sdpId }] of parts.entries()) {
      const array = await deps.arrays.of(sdpId);
      const effectId = `remove-array-snapshot-${String(index)}`;
      const isNew = await deps.store.intend(
        intended(task.requestId, effectId, 'remove-array-snapshot', { name, sdpId }),
        task.attempt,
      );
      try {
        await array.removeSnapshot(name);
      } catch (error) {
        if (isNew && isDomainError(error, 'ArrayRefused')) await deps.store.markUndone(task.requestId, effectId);
        throw error;
      }
      await deps.store.markDone(task.requestId, effectId, {});
    }
    return { removed: parts.length };
  },
});
