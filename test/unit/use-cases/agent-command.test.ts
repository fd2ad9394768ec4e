import { describe, expect, it } from 'vitest';
import type { AgentCommand } from '../../../shared/contracts/agent.ts';
import type { Host } from '../../../shared/domain/host.ts';
import type { CommandRecord } from '../../../shared/ports/store.ts';
import {
  type AgentCommandDeps,
  type CommandOrder,
  requestIdOfCommand,
  sendCommand,
} from '../../../shared/use-cases/agent-command.ts';
import { aHost } from '../../builders/host.ts';
import { aTask } from '../../builders/task.ts';

const order = (about: Partial<CommandOrder> = {}): CommandOrder => ({
  hostId: 'host-1',
  kind: 'inventory',
  arguments: {},
  effectId: 'attach-0',
  purpose: 'do',
  token: 'task-token',
  validSeconds: 300,
  ...about,
});

const connected = aHost({ queueUrl: 'https://queue/1' });

function bed(host: Host | undefined) {
  const happened: string[] = [];
  const records: CommandRecord[] = [];
  const sent: AgentCommand[] = [];
  const deps: AgentCommandDeps = {
    store: {
      getHost: () => Promise.resolve(host),
      putCommand(record) {
        happened.push('recorded');
        records.push(record);
        return Promise.resolve();
      },
    },
    agents: {
      send(queueUrl, command) {
        happened.push(`sent to ${queueUrl}`);
        sent.push(command);
        return Promise.resolve();
      },
    },
    clock: { nowMilliseconds: () => 2_000_999 },
    settings: { agentHeartbeatSeconds: 30 },
  };
  return { deps, happened, records, sent };
}

describe('sending a command', () => {
  it('records it, with the token, before it is sent without', async () => {
    const { deps, happened, records, sent } = bed(connected);
    await sendCommand(deps, aTask({ attempt: 2 }), order());
    expect(happened).toEqual(['recorded', 'sent to https://queue/1']);
    expect(records).toEqual([
      {
        requestId: 'request-1',
        commandId: 'request-1.inventory.attach-0.2',
        hostId: 'host-1',
        kind: 'inventory',
        effectId: 'attach-0',
        purpose: 'do',
        token: 'task-token',
        state: 'sent',
        attempt: 2,
        sentAtSeconds: 2000,
      },
    ]);
    expect(sent).toEqual([
      {
        version: 1,
        command_id: 'request-1.inventory.attach-0.2',
        host_id: 'host-1',
        generation: 100,
        kind: 'inventory',
        not_after_ts: 2300,
        heartbeat_seconds: 10,
        arguments: {},
      },
    ]);
    expect(JSON.stringify(sent)).not.toContain('task-token');
  });

  it('gives a repeat the same id and the newest token, and another attempt, effect or kind another id', async () => {
    const { deps, records } = bed(connected);
    await sendCommand(deps, aTask(), order());
    await sendCommand(deps, aTask(), order({ token: 'newer' }));
    await sendCommand(deps, aTask({ attempt: 2 }), order());
    await sendCommand(deps, aTask(), order({ effectId: 'attach-1' }));
    await sendCommand(deps, aTask(), order({ kind: 'rescan' }));
    expect(new Set(records.map((one) => one.commandId)).size).toBe(4);
    expect(records[1]).toMatchObject({ commandId: records[0]?.commandId, token: 'newer' });
    expect(records.map((one) => requestIdOfCommand(one.commandId))).toEqual(Array(5).fill('request-1'));
  });

  it.each([
    ['a host that is not registered', undefined],
    ['a host whose agent never came', aHost({ queueUrl: '' })],
  ])('refuses %s, and records nothing', async (_, host) => {
    const { deps, happened } = bed(host);
    await expect(sendCommand(deps, aTask(), order())).rejects.toMatchObject({ code: 'AgentSilent' });
    expect(happened).toEqual([]);
  });

  it('does not record what no agent could read', async () => {
    const { deps, happened } = bed(connected);
    await expect(sendCommand(deps, aTask(), order({ kind: 'thaw' }))).rejects.toThrow();
    expect(happened).toEqual([]);
  });

  it('asks for at least one heartbeat a second', async () => {
    const { deps, sent } = bed(connected);
    await sendCommand({ ...deps, settings: { agentHeartbeatSeconds: 1 } }, aTask(), order());
    expect(sent[0]?.heartbeat_seconds).toBe(1);
  });
});
