/**
 * The agent of a host, in this process: takes commands in the order in which they were sent, journals their ids, and
 * answers by the code of the agent face, with the host as principal.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { AgentCommand } from '../../../shared/contracts/agent.ts';
import { isDomainError } from '../../../shared/domain/errors.ts';
import { unknownHostFacts } from '../../../shared/domain/host.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import { type AgentScript, createAgentScript, type Deviation } from './agent-script.ts';
import { type AllApiDeps, callOperation, type Wanted } from './api-calls.ts';
import type { Done, HostDouble } from './host-double.ts';

export interface AgentDouble {
  readonly hostId: string;
  readonly host: HostDouble;
  readonly script: AgentScript;
  /** A message of the host's queue. */
  receive(command: AgentCommand): void;
  /** Says that it lives and what its host holds; nothing while it is silent. */
  beat(): Promise<void>;
  isSilent(): boolean;
  /** Ends the silence: what was asked meanwhile is done in order. */
  comeBack(): Promise<void>;
  isBusy(): boolean;
  /** Whether the control plane hears nothing about this command for now. */
  isSilentAbout(commandId: string): boolean;
  /** Sends the answers that were held back. */
  answerLate(): Promise<void>;
  /** Answers that the control plane should have taken and did not. */
  readonly troubles: readonly string[];
  stop(): void;
}

const mostTries = 20;

export const createAgentDouble = (
  hostId: string,
  host: HostDouble,
  api: () => AllApiDeps,
  onChange: () => void,
): AgentDouble => {
  const script = createAgentScript();
  const queue: AgentCommand[] = [];
  const journal = new Map<string, Done>();
  const heldBack: { readonly command: AgentCommand; readonly done: Done }[] = [];
  const troubles: string[] = [];
  let sequence = 0;
  let silent = false;
  let stopped = false;
  let working = 0;

  /** Repeats what the control plane could not take now, as an agent does on a 503. */
  const say = async (operation: string, wanted: Wanted): Promise<void> => {
    for (let tries = 1; !stopped; tries += 1) {
      try {
        await callOperation(api(), operation, { kind: 'host', hostId }, wanted);
        return;
      } catch (error) {
        // A command the table never knew is dropped, as the contract has it.
        if (isDomainError(error, 'NotFound')) return;
        if (!(isDomainError(error) && error.retryable && tries < mostTries)) {
          troubles.push(`${operation}: ${String(error)}`);
          return;
        }
        await delay(tries);
      }
    }
  };

  const inventory = () => {
    sequence += 1;
    return { sequence, chunk: 0, chunks: 1, databases: host.reports() };
  };

  const answer = async (command: AgentCommand, done: Done): Promise<void> => {
    const path = { command_id: command.command_id };
    if (done.ok) await say('agent-command-success', { path, body: { result: done.result, inventory: inventory() } });
    else {
      const error = { code: done.code, message: done.message };
      await say('agent-command-failure', { path, body: { error, inventory: inventory() } });
    }
  };

  const isExpired = (command: AgentCommand): boolean => command.not_after_ts < nowSeconds(api().clock);

  const carryOut = (command: AgentCommand, deviation: Deviation | null): Done => {
    const before = journal.get(command.command_id);
    if (before !== undefined) return before;
    const done: Done = isExpired(command)
      ? { ok: false, code: 'COMMAND_EXPIRED', message: 'it came too late' }
      : deviation?.how === 'fail'
        ? { ok: false, code: 'ENGINE_FAILED', message: `the engine would not ${command.kind}` }
        : host.carryOut(command);
    journal.set(command.command_id, done);
    return done;
  };

  const work = async (command: AgentCommand): Promise<void> => {
    const deviation = script.next(command);
    if (deviation?.how === 'fall-silent' && deviation.when === 'before') {
      silent = true;
      queue.unshift(command);
      return;
    }
    if (deviation?.how === 'lapse' && command.kind === 'thaw') host.lapse(command.arguments.freeze_id);
    const done = carryOut(command, deviation);
    if (deviation?.how === 'fall-silent') {
      // It died before it could answer; the message becomes visible in the queue again.
      silent = true;
      queue.unshift(command);
      return;
    }
    if (deviation?.how === 'late') {
      heldBack.push({ command, done });
      return;
    }
    if (deviation?.how === 'with-heartbeats')
      await say('agent-command-heartbeat', { path: { command_id: command.command_id } });
    await answer(command, done);
    if (deviation?.how === 'twice') await answer(command, done);
  };

  const takeNext = (): AgentCommand | undefined => (silent || stopped ? undefined : queue.shift());

  /** One command after the other, as the agent's lane of one database does. */
  const drain = async (): Promise<void> => {
    if (working > 0) return;
    working += 1;
    try {
      for (let next = takeNext(); next !== undefined; next = takeNext()) await work(next);
    } finally {
      working -= 1;
      onChange();
    }
  };

  const drainSoon = (): void => {
    drain().catch((error: unknown) => troubles.push(`the double broke: ${String(error)}`));
  };

  const beat = async (): Promise<void> => {
    if (silent) return;
    const facts = { ...unknownHostFacts };
    const iqn = `iqn.2026-01.test:${hostId}`;
    await say('agent-heartbeat', {
      body: {
        host_name: hostId,
        host_iqn: iqn,
        host_os: 'linux',
        host_os_version: '12',
        agent_version: '1',
        cloud_vendor: facts.cloudVendor,
        db_engine_version: '18',
        has_vss_provider: host.hasVssProvider(),
      },
    });
    await say('agent-inventory', { body: inventory() });
  };

  return {
    hostId,
    host,
    script,
    troubles,
    receive: (command) => {
      queue.push(command);
      drainSoon();
    },
    beat,
    isSilent: () => silent,
    comeBack: async () => {
      silent = false;
      // Whatever it had frozen is thawed at its start.
      for (const freezeId of host.freezes()) host.lapse(freezeId);
      await beat();
      drainSoon();
    },
    isBusy: () => working > 0 || (!silent && queue.length > 0),
    isSilentAbout: (commandId) => silent || heldBack.some(({ command }) => command.command_id === commandId),
    answerLate: async () => {
      for (const { command, done } of heldBack.splice(0)) await answer(command, done);
    },
    stop: () => {
      stopped = true;
    },
  };
};
