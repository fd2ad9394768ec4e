/** Sends a command to a host's agent: the record with the task token first, then the message. */
import { AgentCommand, type AgentCommandKind } from '../contracts/agent.ts';
import { DomainError } from '../domain/errors.ts';
import type { Task } from '../domain/task.ts';
import type { AgentsPort } from '../ports/agents.ts';
import { type Clock, nowSeconds } from '../ports/clock.ts';
import type { CommandStore, HostStore } from '../ports/store.ts';

export interface AgentCommandDeps {
  readonly store: Pick<HostStore, 'getHost'> & Pick<CommandStore, 'putCommand'>;
  readonly agents: AgentsPort;
  readonly clock: Clock;
  readonly settings: { readonly agentHeartbeatSeconds: number };
}

export interface CommandOrder {
  readonly hostId: string;
  readonly kind: AgentCommandKind;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly effectId: string;
  readonly purpose: 'do' | 'undo';
  readonly token: string;
  /** A command not begun by then is refused by the agent. */
  readonly validSeconds: number;
}

/**
 * Throws `AgentSilent` for a host that is not registered or whose agent never asked for its queue.
 * The id names task, effect, purpose and attempt: a repeated step sends the same command again, with the newest token.
 */
export async function sendCommand(deps: AgentCommandDeps, task: Task, order: CommandOrder): Promise<void> {
  const host = await deps.store.getHost(order.hostId);
  if (host === undefined || host.queueUrl === '') {
    throw new DomainError('AgentSilent', `host '${order.hostId}' has no agent that could be told to ${order.kind}`);
  }
  const now = nowSeconds(deps.clock);
  const commandId = commandIdOf(task.requestId, order, task.attempt);
  const command = AgentCommand.parse({
    version: 1,
    command_id: commandId,
    host_id: order.hostId,
    generation: host.generation,
    kind: order.kind,
    not_after_ts: now + order.validSeconds,
    heartbeat_seconds: Math.max(1, Math.floor(deps.settings.agentHeartbeatSeconds / 3)),
    arguments: order.arguments,
  });
  await deps.store.putCommand({
    requestId: task.requestId,
    commandId,
    hostId: order.hostId,
    kind: order.kind,
    effectId: order.effectId,
    purpose: order.purpose,
    token: order.token,
    state: 'sent',
    attempt: task.attempt,
    sentAtSeconds: now,
  });
  await deps.agents.send(host.queueUrl, command);
}

/** `.` separates the parts: request ids have none. */
const commandIdOf = (requestId: string, order: CommandOrder, attempt: number): string =>
  `${requestId}.${order.kind}.${order.effectId}.${String(attempt)}`;

export const requestIdOfCommand = (commandId: string): string => commandId.split('.')[0] ?? '';
