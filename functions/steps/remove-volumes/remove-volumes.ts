import type { Clone } from '../../../shared/domain/clone.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import type { Task } from '../../../shared/domain/task.ts';
import { intended } from '../effect-of.ts';
import { heldClone } from '../held-clone.ts';
import { defineStep, type StepDeps, StepInput } from '../step.ts';

/**
 * Clones whose database their host has forgotten. An original that a refresh replaced is none: its volumes are not ours to
 * remove. Nothing once they are forgotten here too.
 */
async function goneClones({ store }: Pick<StepDeps, 'store'>, { plan, result }: Task): Promise<readonly Clone[]> {
  if (plan.flow === 'delete-clone') {
    const clone = await heldClone(store, plan);
    return clone === undefined ? [] : [clone];
  }
  if (plan.flow !== 'refresh') throw new DomainError('Internal', `${plan.flow} removes no volumes`);
  if (result !== null) return [];
  const replaced = plan.databases.filter(({ backupName }) => backupName === '');
  return await store.getClones(
    plan.hostId,
    replaced.map(({ dbId }) => dbId),
  );
}

/** Unmaps and removes the views that clones lived on. Forward only. */
export const removeVolumes = defineStep({
  name: 'remove-volumes',
  input: StepInput,
  phase: 'forward',
  needs: ['store', 'arrays'],
  async run(deps, task) {
    const clones = await goneClones(deps, task);
    // A clone from before arrays had names lies where the task's plan says.
    const views = clones.flatMap((clone) =>
      clone.views.map((name) => ({ name, sdpId: clone.sdpId === '' ? task.plan.sdpId : clone.sdpId })),
    );
    for (const [index, { name, sdpId }] of views.entries()) {
      const array = await deps.arrays.of(sdpId);
      const effectId = `remove-view-${String(index)}`;
      await deps.store.intend(intended(task.requestId, effectId, 'remove-view', { name, sdpId }), task.attempt);
      await array.removeMappings(name);
      await array.removeView(name);
      await deps.store.markDone(task.requestId, effectId, {});
    }
    return { removed: views.length };
  },
});
