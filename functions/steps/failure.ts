/** What a Catch hands on, in the words of Step Functions. */
import * as z from 'zod/mini';

export const Failure = z.object({ Error: z.string(), Cause: z.optional(z.string()) });
export type Failure = z.infer<typeof Failure>;

const LambdaCause = z.object({ errorMessage: z.string() });

const sentences: Readonly<Record<string, string>> = {
  // A heartbeat that stays away is this one too: only commands to agents have heartbeats.
  'States.Timeout': 'the agent of the host fell silent, or a step did not finish in its time',
  'States.HeartbeatTimeout': 'the agent of the host fell silent',
  TaskCanceled: 'the task was canceled',
};

/** A sentence for a person: the message of the error that was thrown, or what the time-out means. */
export function describeFailure(failure: Failure): string {
  const sentence = sentences[failure.Error];
  if (sentence !== undefined) return sentence;
  const cause = failure.Cause ?? '';
  if (cause === '') return failure.Error;
  try {
    const parsed = LambdaCause.safeParse(JSON.parse(cause));
    return parsed.success ? parsed.data.errorMessage : cause;
  } catch (error) {
    // A cause that is not JSON is the sentence itself: agents' failures come that way.
    if (error instanceof SyntaxError) return cause;
    throw error;
  }
}
