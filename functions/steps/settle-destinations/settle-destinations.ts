import * as z from 'zod/mini';
import { DomainError } from '../../../shared/domain/errors.ts';
import { describeFailure, Failure } from '../failure.ts';
import type { CopyPlan } from '../../../shared/domain/plan.ts';
import { copyPlanOf } from '../plan-of.ts';
import { defineStep, stepInput } from '../step.ts';

const Outcome = z.object({ ok: z.boolean(), destination: z.int(), failure: z.optional(Failure) });

/** What the people who asked call it. */
function wordsFor(plan: CopyPlan, index: number): string {
  const [wanted, hostId] =
    plan.flow === 'refresh'
      ? [plan.databases[index], plan.hostId]
      : [plan.destinations[index], plan.destinations[index]?.hostId ?? ''];
  return wanted === undefined ? '' : `'${wanted.dbName}' on host '${hostId}': `;
}

/**
 * Decides after all destinations are through: all or nothing. Iterations never fail by themselves, since undo would
 * begin while siblings still act. Nothing to undo, because it only decides.
 */
export const settleDestinations = defineStep({
  name: 'settle-destinations',
  input: z.object({ ...stepInput, outcomes: z.array(Outcome) }),
  phase: 'forward',
  needs: [],
  run(_deps, task, input) {
    const plan = copyPlanOf(task);
    const failed = input.outcomes.filter((outcome) => !outcome.ok);
    if (failed.length === 0) return Promise.resolve({ destinations: input.outcomes.length });
    const sentences = failed.map(
      ({ destination, failure }) =>
        wordsFor(plan, destination) + (failure === undefined ? 'failed' : describeFailure(failure)),
    );
    throw new DomainError(
      'DestinationFailed',
      `${plan.flow === 'refresh' ? 'copy for' : 'clone'} ${sentences.join('; ')}`.slice(0, 2000),
    );
  },
});
