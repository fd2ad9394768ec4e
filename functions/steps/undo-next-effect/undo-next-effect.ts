import { type Effect, nextUndo } from '../../../shared/domain/effect.ts';
import { DomainError, isDomainError } from '../../../shared/domain/errors.ts';
import { defineStep, StepInput, type StepDeps } from '../step.ts';

async function undoOnArray(deps: Pick<StepDeps, 'arrays'>, effect: Effect): Promise<void> {
  const array = await deps.arrays.of(effect.sdpId);
  switch (effect.kind) {
    case 'mapping':
      await array.removeMappings(effect.name);
      return;
    case 'view':
      await array.removeView(effect.name);
      return;
    case 'array-snapshot':
      await array.removeSnapshot(effect.name);
      return;
    case 'freeze':
    case 'attach':
    case 'swap':
    case 'detach':
    case 'remove-view':
    case 'remove-array-snapshot':
      throw new DomainError('Internal', `${effect.kind} is not undone on the array`);
  }
}

/**
 * Takes effects back in reverse, as the journal says, until the next one is on a host, nothing is left, or nothing more
 * can be done. What the array refuses is stepped over and reported; when the array is silent the machine tries again.
 */
export const undoNextEffect = defineStep({
  name: 'undo-next-effect',
  input: StepInput,
  phase: 'unwind',
  needs: ['store', 'arrays'],
  async run(deps, task, { attempt }) {
    for (;;) {
      const undo = nextUndo(await deps.store.listEffects(task.requestId), attempt);
      if (undo.next === 'host') return { next: 'host', effect_id: undo.effect.effectId };
      if (undo.next !== 'array') return { next: undo.next, effect_id: '' };
      try {
        await undoOnArray(deps, undo.effect);
        await deps.store.markUndone(task.requestId, undo.effect.effectId);
      } catch (error) {
        if (!isDomainError(error, 'ArrayRefused')) throw error;
        await deps.store.markBlocked(task.requestId, undo.effect.effectId, attempt, error.message);
      }
    }
  },
});
