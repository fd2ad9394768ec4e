import * as z from 'zod/mini';
import { afterFailure } from '../../../shared/use-cases/attempts.ts';
import { describeFailure, Failure } from '../failure.ts';
import { defineStep, stepInput } from '../step.ts';

/**
 * Where every Catch ends: starts the unwind machine under the next attempt, or, past the point of no return, leaves the
 * task to be driven on. Repeating it is harmless: the attempt is claimed once.
 */
export const beginUnwind = defineStep({
  name: 'begin-unwind',
  input: z.object({ ...stepInput, failure: Failure }),
  phase: 'unwind',
  needs: ['store', 'flows', 'clock'],
  async run(deps, task, input) {
    return { then: await afterFailure(deps, task, describeFailure(input.failure)) };
  },
});
