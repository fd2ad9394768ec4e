import { join } from 'node:path';
import * as z from 'zod/mini';
import { type JournalFolder, openJournalFolder } from '../journal/journal-folder.ts';

const FreezeEntry = z.object({
  freeze_id: z.string(),
  database_ids: z.array(z.string()),
  begun_ts: z.int(),
  /** False as long as something may be frozen: an agent that starts ends these first. */
  ended: z.boolean(),
  /** Why it was not held to its thaw; '' when it was. */
  reason: z.string(),
});
export type FreezeEntry = z.infer<typeof FreezeEntry>;
export type FreezeJournal = JournalFolder<FreezeEntry>;

export const openFreezeJournal = (stateDir: string): Promise<FreezeJournal> =>
  openJournalFolder(join(stateDir, 'journal', 'freezes'), FreezeEntry);
