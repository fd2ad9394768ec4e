import { intended } from '../effect-of.ts';
import { deleteClonePlanOf } from '../plan-of.ts';
import { defineStep, StepInput } from '../step.ts';

/** Unmaps and removes the views the clone lived on. Forward only. */
export const removeVolumes = defineStep({
  name: 'remove-volumes',
  input: StepInput,
  phase: 'forward',
  needs: ['store', 'sdp'],
  async run(deps, task) {
    const { views } = deleteClonePlanOf(task);
    for (const [index, name] of views.entries()) {
      const effectId = `remove-view-${String(index)}`;
      await deps.store.intend(intended(task.requestId, effectId, 'remove-view', { name }), task.attempt);
      await deps.sdp.removeMappings(name);
      await deps.sdp.removeView(name);
      await deps.store.markDone(task.requestId, effectId, {});
    }
    return { removed: views.length };
  },
});
