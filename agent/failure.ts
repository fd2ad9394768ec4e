import type { AgentErrorCode } from '../shared/contracts/agent.ts';

/**
 * A command that could not be carried out. `code` and `message` travel to the control plane, so the message is for
 * people and holds no secret; `cause` stays in the log of this host.
 */
export class AgentFailure extends Error {
  readonly code: AgentErrorCode;

  constructor(code: AgentErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = code;
    this.code = code;
  }
}

/** A new database was to be made on a volume that holds something already, which nobody overwrites. */
export class VolumeInUse extends AgentFailure {
  constructor(message: string) {
    super('ENGINE_FAILED', message);
  }
}

/**
 * The truth about a command cannot be told: it stays unanswered and is carried out again when it is delivered again or
 * the agent starts anew.
 */
export class Undecided extends Error {}

/** What is shown of an unforeseen error: its message, never its stack. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Turns whatever was thrown into a failure of the contract; what is not one already failed inside the engine. */
export const asFailure = (error: unknown): AgentFailure =>
  error instanceof AgentFailure ? error : new AgentFailure('ENGINE_FAILED', messageOf(error), error);
