import { describeLeftover, undoMeans, withLeftovers } from '../../../shared/domain/effect.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import { defineStep, StepInput } from '../step.ts';

/** Something could not be undone: names each leftover. The log line raises the alarm; the sweeper tries again. */
export const markNeedsAttention = defineStep({
  name: 'mark-needs-attention',
  input: StepInput,
  phase: 'unwind',
  needs: ['store', 'clock', 'log'],
  async run(deps, task, { attempt }) {
    const effects = await deps.store.listEffects(task.requestId);
    const left = effects
      .filter((effect) => effect.state !== 'undone' && undoMeans(effect) !== 'forward-only')
      .map(describeLeftover);
    const reason = task.error === '' ? (task.cancelRequested ? 'canceled' : 'failed') : task.error;
    await deps.store.needAttention(task.requestId, attempt, withLeftovers(reason, left), left, nowSeconds(deps.clock));
    deps.log.error('task needs attention', { request_id: task.requestId, leftovers: left.length });
    return { leftovers: left.length };
  },
});
