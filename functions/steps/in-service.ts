import { DomainError } from '../../shared/domain/errors.ts';
import type { Effect } from '../../shared/domain/effect.ts';
import { attachIdOf } from './attach-id.ts';
import { attachEffectId, swapEffectId } from './effect-of.ts';
import { SwapOutcome } from './outcomes.ts';

/**
 * What the agent said of the swap, by the index of the database in the plan. Ids of what was replaced come from here alone: the
 * plan's may have come to a backup since, and the inventory may be of another registration.
 */
export function inServiceBy(requestId: string, effects: readonly Effect[]) {
  const swap = SwapOutcome.parse(effects.find((effect) => effect.effectId === swapEffectId)?.outcome);
  return (index: number): SwapOutcome['databases'][number] => {
    const found = swap.databases.find((one) => one.attach_id === attachIdOf(requestId, attachEffectId(index)));
    if (found === undefined) throw new DomainError('Internal', `the swap says nothing of database ${String(index)}`);
    return found;
  };
}
