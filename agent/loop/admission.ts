import type { AgentCommand } from '../../shared/contracts/agent.ts';
import { AgentFailure } from '../failure.ts';

/**
 * Whether a command that was begun in time is carried on however late it is resumed. Of a database that is half forgotten
 * nobody can say that nothing was tried.
 */
export const isFinishedOnceBegun = ({ kind }: AgentCommand): boolean => kind === 'detach';

/**
 * Whether a command may begin now: null, or why not. It must belong to the registration the agent works under, and its
 * time to begin must not be over.
 */
export function refusalOf(command: AgentCommand, generation: number, nowSeconds: number): AgentFailure | null {
  if (command.generation !== generation) {
    return new AgentFailure(
      'STALE_GENERATION',
      `the command is of registration ${command.generation}, this is ${generation}`,
    );
  }
  if (nowSeconds > command.not_after_ts) {
    return new AgentFailure(
      'COMMAND_EXPIRED',
      `the command arrived ${nowSeconds - command.not_after_ts} seconds too late`,
    );
  }
  return null;
}
