import { DomainError } from '../../../shared/domain/errors.ts';
import { discardSnapshots } from '../array-snapshots.ts';
import { maxFreezeRounds } from '../freeze-rounds.ts';
import { defineStep, StepInput } from '../step.ts';

/** Removes a snapshot whose freeze lapsed; the flow goes back to freeze, a bounded number of times. */
export const discardSnapshot = defineStep({
  name: 'discard-snapshot',
  input: StepInput,
  phase: 'forward',
  needs: ['store', 'arrays'],
  async run(deps, task) {
    const discarded = await discardSnapshots(deps, task, () => true);
    if (task.freezeRound >= maxFreezeRounds) {
      throw new DomainError(
        'FreezeLapsed',
        `the freeze of the source was not held in ${String(maxFreezeRounds)} tries`,
      );
    }
    return { discarded };
  },
});
