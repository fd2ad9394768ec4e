/** What effects gave back, as later steps read it from the journal. */
import * as z from 'zod/mini';
import { AttachResult, FreezeResult, SwapResult } from '../../shared/contracts/agent.ts';

/** Of an `array-snapshot` effect. */
export const ArraySnapshotOutcome = z.object({
  arrayId: z.int(),
  takenAtSeconds: z.int(),
  sdpId: z.string(),
  origin: z.object({ kind: z.enum(['volume-group', 'view']), id: z.int(), name: z.string() }),
  /** Disks of the source databases that lie in it. */
  volumes: z.array(z.object({ dbId: z.string(), serial: z.string(), volumeId: z.int() })),
});
export type ArraySnapshotOutcome = z.infer<typeof ArraySnapshotOutcome>;

/** Of a `view` effect. */
export const ViewOutcome = z.object({ volumes: z.array(z.object({ serial: z.string(), volumeId: z.int() })) });

/** Of a `freeze` effect: the agent's own result. */
export const FreezeOutcome = FreezeResult;

/** Of an `attach` effect: the agent's own result. */
export const AttachOutcome = AttachResult;

/** Of a `swap` effect: the agent's own result. */
export const SwapOutcome = SwapResult;
export type SwapOutcome = z.infer<typeof SwapOutcome>;
