import { join } from 'node:path';
import * as z from 'zod/mini';
import { AgentCommand, AgentErrorCode } from '../../shared/contracts/agent.ts';
import { openJournalFolder } from './journal-folder.ts';

export const Outcome = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), result: z.record(z.string(), z.unknown()) }),
  z.object({ ok: z.literal(false), error: z.object({ code: AgentErrorCode, message: z.string() }) }),
]);
export type Outcome = z.infer<typeof Outcome>;

const CommandEntry = z.object({
  command: AgentCommand,
  begun_ts: z.int(),
  /** It was found to be in time and of the right registration, and so was begun. */
  admitted: z._default(z.boolean(), false),
  /** Null while it is being carried out, or when the agent died doing so. */
  outcome: z.nullable(Outcome),
  /** The control plane has taken the outcome. */
  answered: z.boolean(),
});
export type CommandEntry = z.infer<typeof CommandEntry>;

const keptDays = 14;

/**
 * What the agent was told and what came of it: the intent is on disk before it acts, the outcome before it answers.
 * That is what makes a command delivered twice be done once and answered twice.
 */
export interface CommandJournal {
  find(commandId: string): Promise<CommandEntry | null>;
  /** Keeps the intent; what is known of the command already stays. */
  begin(command: AgentCommand): Promise<void>;
  /** Keeps that a command is carried out from here on. */
  admit(commandId: string): Promise<void>;
  finish(command: AgentCommand, outcome: Outcome): Promise<void>;
  answered(commandId: string): Promise<void>;
  /** Commands begun and not finished: the agent died meanwhile. Oldest first. */
  unfinished(): Promise<readonly CommandEntry[]>;
  /** Commands finished whose outcome nobody took yet. */
  unanswered(): Promise<readonly CommandEntry[]>;
  /** Forgets answered commands older than two weeks: no queue holds a message that long. */
  prune(): Promise<void>;
}

/** @param now Unix seconds. */
export async function openCommandJournal(stateDir: string, now: () => number): Promise<CommandJournal> {
  const folder = await openJournalFolder(join(stateDir, 'journal', 'commands'), CommandEntry);
  const known = async (command: AgentCommand): Promise<CommandEntry> =>
    (await folder.read(command.command_id)) ?? {
      command,
      begun_ts: now(),
      admitted: false,
      outcome: null,
      answered: false,
    };
  return {
    find: (commandId) => folder.read(commandId),
    begin: async (command) => folder.write(command.command_id, await known(command)),
    admit: async (commandId) => {
      const entry = await folder.read(commandId);
      if (entry) await folder.write(commandId, { ...entry, admitted: true });
    },
    finish: async (command, outcome) =>
      folder.write(command.command_id, { ...(await known(command)), outcome, answered: false }),
    answered: async (commandId) => {
      const entry = await folder.read(commandId);
      if (entry && !entry.answered) await folder.write(commandId, { ...entry, answered: true });
    },
    unfinished: async () =>
      (await folder.list())
        .filter(({ outcome }) => outcome === null)
        .sort((left, right) => left.begun_ts - right.begun_ts),
    unanswered: async () => (await folder.list()).filter(({ outcome, answered }) => outcome !== null && !answered),
    prune: async () => {
      const oldest = now() - keptDays * 86_400;
      for (const entry of await folder.list()) {
        if (entry.answered && entry.begun_ts < oldest) await folder.remove(entry.command.command_id);
      }
    },
  };
}
