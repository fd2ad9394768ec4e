import * as z from 'zod/mini';
import { DomainError } from '../../../shared/domain/errors.ts';
import { describeFailure, Failure } from '../failure.ts';
import { createClonePlanOf } from '../plan-of.ts';
import { defineStep, stepInput } from '../step.ts';

const Outcome = z.object({ ok: z.boolean(), destination: z.int(), failure: z.optional(Failure) });

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
    const { destinations } = createClonePlanOf(task);
    const failed = input.outcomes.filter((outcome) => !outcome.ok);
    if (failed.length === 0) return Promise.resolve({ destinations: input.outcomes.length });
    const sentences = failed.map((outcome) => {
      const destination = destinations[outcome.destination];
      const where = destination === undefined ? '' : `'${destination.dbName}' on host '${destination.hostId}': `;
      return where + (outcome.failure === undefined ? 'failed' : describeFailure(outcome.failure));
    });
    throw new DomainError('DestinationFailed', `clone ${sentences.join('; ')}`.slice(0, 2000));
  },
});
