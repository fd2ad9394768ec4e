import { z } from 'zod';

/** One JSON object per line, from the array to its holder. */
export const holderRequest = z.discriminatedUnion('do', [
  z.object({ do: z.literal('hold'), folders: z.array(z.string()), giveUpAfterMs: z.number(), deadlineMs: z.number() }),
  z.object({ do: z.literal('release') }),
]);
export type HolderRequest = z.infer<typeof holderRequest>;

/** And back. `stopping` comes before each process is stopped. */
export const holderReply = z.discriminatedUnion('is', [
  z.object({ is: z.literal('stopping'), pid: z.number() }),
  z.object({ is: z.literal('held') }),
  z.object({ is: z.literal('failed'), reason: z.string() }),
  z.object({ is: z.literal('released'), heldThroughout: z.boolean() }),
]);
export type HolderReply = z.infer<typeof holderReply>;
