import { agentPaths, type AgentCommand } from '../../shared/contracts/agent.ts';
import { executeCommand, isCarriedOut } from '../execution/execute-command.ts';
import type { Host } from '../execution/host.ts';
import { type AgentFailure, asFailure, messageOf, Undecided } from '../failure.ts';
import type { Outcome } from '../journal/command-journal.ts';
import { isFinishedOnceBegun, refusalOf } from './admission.ts';
import { withHeartbeat } from './command-heartbeat.ts';
import { laneKeys, type Lanes } from './lanes.ts';
import { type OutcomeSenderParts, sendOutcome } from './outcome-sender.ts';

export interface CommandDesk {
  /**
   * Takes a command as delivered. Resolves once it is safe to take it off the queue: the intent is on disk, or the
   * outcome already is. The work and its answer go on by themselves.
   */
  accept(command: AgentCommand): Promise<void>;
  /** Picks up what the agent's last run left: carries out what it began, answers what it finished. */
  resume(): Promise<void>;
  /** Resolves when nothing is being carried out or answered. */
  idle(): Promise<void>;
}

export interface CommandDeskParts extends OutcomeSenderParts {
  readonly host: Host;
  readonly lanes: Lanes;
  /** Generation the agent works under. */
  readonly generation: () => number | null;
  /** Unix seconds. */
  readonly now: () => number;
}

export function createCommandDesk(parts: CommandDeskParts): CommandDesk {
  const { host, journal, lanes, log } = parts;
  const running = new Map<string, Promise<Outcome>>();
  const underWay = new Set<Promise<void>>();

  /** Null when the command is carried out, or carried on. That a detach is begun is on disk before it acts. */
  const refusalNow = async (command: AgentCommand): Promise<AgentFailure | null> => {
    const refusal = refusalOf(command, parts.generation() ?? command.generation, parts.now());
    if (!isFinishedOnceBegun(command)) return refusal && (await isCarriedOut(host, command)) ? null : refusal;
    if (!refusal) await journal.admit(command.command_id);
    else if ((await journal.find(command.command_id))?.admitted) return null;
    return refusal;
  };
  const decide = async (command: AgentCommand): Promise<Outcome> => {
    try {
      const refusal = await refusalNow(command);
      if (refusal) return failed(refusal.code, refusal.message);
      log.info('command.begun', { command_id: command.command_id, kind: command.kind });
      return { ok: true, result: await executeCommand(host, command) };
    } catch (error) {
      if (error instanceof Undecided) throw error;
      const failure = asFailure(error);
      log.error('command.failed', {
        command_id: command.command_id,
        kind: command.kind,
        code: failure.code,
        error: failure.message,
      });
      return failed(failure.code, failure.message);
    }
  };
  const carryOut = async (command: AgentCommand): Promise<Outcome> => {
    const outcome = await withHeartbeat(
      {
        api: parts.api,
        log,
        path: agentPaths.commandHeartbeat(command.command_id),
        everySeconds: command.heartbeat_seconds,
      },
      () => lanes.run(laneKeys(command), () => decide(command), { urgent: command.kind === 'thaw' }),
    );
    await journal.finish(command, outcome);
    return outcome;
  };
  const inBackground = (commandId: string, work: Promise<void>): void => {
    const guarded = work.catch((error: unknown) =>
      log.error('command.stuck', { command_id: commandId, error: messageOf(error) }),
    );
    underWay.add(guarded);
    void guarded.finally(() => underWay.delete(guarded));
  };
  const begin = (command: AgentCommand, intent: Promise<void>): Promise<Outcome> => {
    const outcome = intent.then(() => carryOut(command)).finally(() => running.delete(command.command_id));
    running.set(command.command_id, outcome);
    return outcome;
  };
  const answer = async (commandId: string, outcome: Promise<Outcome>): Promise<void> =>
    sendOutcome(parts, commandId, await outcome);

  return {
    accept: async (command) => {
      const id = command.command_id;
      const entry = running.has(id) ? null : await journal.find(id);
      // Looked up again after the wait: the same command may have been delivered twice at once.
      const already = running.get(id) ?? (entry?.outcome ? Promise.resolve(entry.outcome) : null);
      if (already) {
        log.info('command.delivered-again', { command_id: id });
        inBackground(id, answer(id, already));
        return;
      }
      const intent = journal.begin(command);
      inBackground(id, answer(id, begin(command, intent)));
      await intent;
    },
    resume: async () => {
      for (const { command, outcome } of await journal.unanswered()) {
        if (outcome) inBackground(command.command_id, answer(command.command_id, Promise.resolve(outcome)));
      }
      for (const { command } of await journal.unfinished()) {
        log.info('command.resumed', { command_id: command.command_id, kind: command.kind });
        inBackground(command.command_id, answer(command.command_id, begin(command, Promise.resolve())));
      }
    },
    idle: async () => {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

const failed = (code: Extract<Outcome, { ok: false }>['error']['code'], message: string): Outcome => ({
  ok: false,
  error: { code, message: message.slice(0, 2000) },
});
