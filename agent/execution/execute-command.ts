import type { AgentCommand } from '../../shared/contracts/agent.ts';
import { attachDatabase } from './attach-database.ts';
import { detachDatabase } from './detach-database.ts';
import { freezeDatabases } from './freeze-databases.ts';
import type { Host } from './host.ts';
import { isSwapped, swapDatabases } from './swap-databases.ts';

/**
 * Whether a command has had its effect already, so that it is too late to refuse it. Only a swap cannot simply be undone
 * by whoever hears that it was refused.
 */
export const isCarriedOut = async (host: Host, command: AgentCommand): Promise<boolean> =>
  command.kind === 'swap' && isSwapped(host, command.arguments);

/**
 * Carries out one command and returns its result. Every kind may be repeated.
 * @throws AgentFailure when it could not be carried out; then it left nothing behind.
 * @throws Undecided when nobody can say yet what came of it.
 */
export async function executeCommand(host: Host, command: AgentCommand): Promise<Record<string, unknown>> {
  switch (command.kind) {
    case 'freeze':
      return { freeze_id: command.arguments.freeze_id, databases: await freezeDatabases(host, command.arguments) };
    case 'thaw': {
      const { held, reason } = await host.freezes.thaw(command.arguments.freeze_id);
      return { freeze_id: command.arguments.freeze_id, held, reason };
    }
    case 'attach':
      return { database: await attachDatabase(host, command.arguments) };
    case 'swap':
      return { databases: await swapDatabases(host, command.arguments) };
    case 'detach':
      return { detached: await detachDatabase(host, command.arguments) };
    case 'rescan':
      await host.deviceRoot.list();
      return {};
    case 'inventory':
      return {};
    default:
      return command satisfies never;
  }
}
