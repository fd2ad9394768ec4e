import { intended } from '../effect-of.ts';
import { deleteClonePlanOf } from '../plan-of.ts';
import { defineStep, StepInput } from '../step.ts';

/** Unmaps and removes the views the clone lived on. Forward only. */
export const removeVolumes = defineStep({
  name: 'remove-volumes',
  input: StepInput,
  phase: 'forward',
  needs: ['store', 'arrays'],
  async run(deps, task) {
    const { sdpId, views } = deleteClonePlanOf(task);
    const array = await deps.arrays.of(sdpId);
    for (const [index, name] of views.entries()) {
      const effectId = `remove-view-${String(index)}`;
      await deps.store.intend(intended(task.requestId, effectId, 'remove-view', { name, sdpId }), task.attempt);
      await array.removeMappings(name);
      await array.removeView(name);
      await deps.store.markDone(task.requestId, effectId, {});
    }
    return { removed: views.length };
  },
});
