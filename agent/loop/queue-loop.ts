import { AgentCommand } from '../../shared/contracts/agent.ts';
import { backoffMilliseconds } from '../control-plane/backoff.ts';
import { openCommandQueue, type QueueMessage } from '../control-plane/command-queue.ts';
import { pause } from '../control-plane/pause.ts';
import type { QueueAccessKeeper } from '../control-plane/queue-access.ts';
import { messageOf } from '../failure.ts';
import type { Log } from '../logging/log.ts';
import type { CommandDesk } from './command-desk.ts';

export interface QueueLoopParts {
  readonly access: QueueAccessKeeper;
  readonly desk: Pick<CommandDesk, 'accept'>;
  readonly hostId: string;
  readonly caFile: string;
  readonly log: Log;
  readonly stop: AbortSignal;
}

/** Takes commands off the host's own queue until the agent stops. */
export async function runQueueLoop(parts: QueueLoopParts): Promise<void> {
  const { access, log, stop } = parts;
  for (let failures = 0; !stop.aborted;) {
    const current = await access.current();
    if (!current) return;
    const queue = await openCommandQueue(current, parts.caFile);
    const until = AbortSignal.any([stop, access.stale()]);
    try {
      while (!until.aborted && (await access.current()) === current) {
        for (const message of await queue.receive(until)) await takeMessage(parts, message);
        failures = 0;
      }
    } catch (error) {
      if (until.aborted) continue;
      // Whatever it was (queue deleted, credentials expired), asking for access again is the way out.
      failures += 1;
      log.warn('queue.failed', { error: messageOf(error) });
      access.invalidate();
      await pause(backoffMilliseconds(failures), stop);
    } finally {
      queue.close();
    }
  }
}

/** What cannot be understood, or is not for this host, stays on the queue, whose dead-letter queue raises an alarm. */
async function takeMessage({ desk, hostId, log }: QueueLoopParts, message: QueueMessage): Promise<void> {
  const command = parseCommand(message.body);
  if (command?.host_id !== hostId) {
    log.error('queue.message-not-understood', {
      message_id: message.messageId,
      reason: command ? 'it is for another host' : 'it is no command',
    });
    return;
  }
  try {
    await desk.accept(command);
    await message.remove();
  } catch (error) {
    // Delivered again later; if it was begun already, that is known by then.
    log.error('queue.message-not-taken', {
      message_id: message.messageId,
      command_id: command.command_id,
      error: messageOf(error),
    });
  }
}

function parseCommand(body: string): AgentCommand | null {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return null;
  }
  const parsed = AgentCommand.safeParse(json);
  return parsed.success ? parsed.data : null;
}
