import type { Clone } from '../../../shared/domain/clone.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import type { Effect } from '../../../shared/domain/effect.ts';
import type { Task } from '../../../shared/domain/task.ts';
import { intended } from '../effect-of.ts';
import { heldClone } from '../held-clone.ts';
import { inServiceBy } from '../in-service.ts';
import { defineStep, type StepDeps, StepInput } from '../step.ts';

/**
 * Clones whose database their host has forgotten. An original that a refresh replaced is none: its volumes are not ours to
 * remove. Nothing once they are forgotten here too.
 */
async function goneClones(
  { store }: Pick<StepDeps, 'store'>,
  { plan, requestId, result }: Task,
  effects: readonly Effect[],
): Promise<readonly Clone[]> {
  if (plan.flow === 'delete-clone') {
    const clone = await heldClone(store, plan);
    return clone === undefined ? [] : [clone];
  }
  if (plan.flow !== 'refresh') throw new DomainError('Internal', `${plan.flow} removes no volumes`);
  if (result !== null) return [];
  const inService = inServiceBy(requestId, effects);
  // Who kept a backup has its volumes still; without one the database in service bears the id of the one that is gone.
  const ids = plan.databases.flatMap(({ backupName }, index) =>
    backupName === '' ? [inService(index).database.id] : [],
  );
  return await store.getClones(plan.hostId, ids);
}

/** Unmaps and removes the views that clones lived on. Forward only. */
export const removeVolumes = defineStep({
  name: 'remove-volumes',
  input: StepInput,
  phase: 'forward',
  needs: ['store', 'arrays'],
  async run(deps, task) {
    // Read before the clones: who was held up between the two, while the task went on without it, finds the new volumes in
    // the clones' rows, and must not take them for the old ones.
    const effects = await deps.store.listEffects(task.requestId);
    const own = new Set(effects.filter(({ kind }) => kind === 'view').map(({ name }) => name));
    const clones = await goneClones(deps, task, effects);
    // A clone from before arrays had names lies where the task's plan says.
    const views = clones.flatMap((clone) =>
      clone.views
        .filter((name) => !own.has(name))
        .map((name) => ({ name, sdpId: clone.sdpId === '' ? task.plan.sdpId : clone.sdpId })),
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
