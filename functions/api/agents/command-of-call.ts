import * as z from 'zod/mini';
import type { InventoryReport } from '../../../shared/contracts/agent.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import type { Host } from '../../../shared/domain/host.ts';
import type { CommandRecord, CommandStore } from '../../../shared/ports/store.ts';
import { requestIdOfCommand } from '../../../shared/use-cases/agent-command.ts';
import type { ApiCall } from '../../../shared/http/route.ts';
import type { AgentApiDeps } from '../api-deps.ts';
import { agentHost } from './agent-host.ts';
import { takeInventory } from './take-inventory.ts';

export const CommandPath = z.object({ command_id: z.string().check(z.minLength(1), z.maxLength(256)) });

/** The command, only if it was sent to this very host. 404 otherwise: the agent then drops it. */
export async function commandOfCall(
  store: Pick<CommandStore, 'getCommand'>,
  host: Host,
  commandId: string,
): Promise<CommandRecord> {
  const command = await store.getCommand(requestIdOfCommand(commandId), commandId);
  if (command?.hostId === host.hostId) return command;
  throw new DomainError('NotFound', `Command '${commandId}' not found`);
}

/**
 * The command a host answers; the inventory that rides on the answer is taken over first. `check` throws for an answer
 * that does not fit the command, before anything is written.
 */
export async function answeredCommand(
  deps: AgentApiDeps,
  call: Pick<ApiCall, 'principal'>,
  commandId: string,
  inventory: InventoryReport | undefined,
  check: (command: CommandRecord) => void = () => undefined,
): Promise<CommandRecord> {
  const host = await agentHost(deps.store, call);
  const command = await commandOfCall(deps.store, host, commandId);
  check(command);
  if (inventory !== undefined) await takeInventory(deps, host, inventory);
  return command;
}
