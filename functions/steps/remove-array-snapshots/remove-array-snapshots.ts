import { DomainError, isDomainError } from '../../../shared/domain/errors.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import { intended } from '../effect-of.ts';
import { deleteSnapshotPlanOf } from '../plan-of.ts';
import { defineStep, StepInput } from '../step.ts';

/**
 * Removes the snapshot's parts from the array. The first removal is the point of no return; one that the array refuses
 * changed nothing, so its row is taken back and the flow may still unwind: unless an earlier run had begun it, of which
 * nobody knows what it changed. Forward only otherwise.
 */
export const removeArraySnapshots = defineStep({
  name: 'remove-array-snapshots',
  input: StepInput,
  phase: 'forward',
  needs: ['store', 'arrays', 'clock'],
  async run(deps, task) {
    const { arraySnapshots, sdpId } = deleteSnapshotPlanOf(task);
    await deps.store.markRunning(task.requestId, nowSeconds(deps.clock));
    const array = await deps.arrays.of(sdpId);
    const passed = await deps.store.passPointOfNoReturn(task.requestId, nowSeconds(deps.clock));
    if (!passed) throw new DomainError('TaskCanceled', 'the task was canceled');
    for (const [index, name] of arraySnapshots.entries()) {
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
    return { removed: arraySnapshots.length };
  },
});
