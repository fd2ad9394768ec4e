import { setMaxListeners } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { AgentConfig } from '../config/agent-config.ts';
import { openApiClient } from '../control-plane/api-client.ts';
import { createQueueAccessKeeper } from '../control-plane/queue-access.ts';
import { recoverHost } from '../execution/recover-host.ts';
import { messageOf } from '../failure.ts';
import { hostFacts } from '../host/host-facts.ts';
import { openConfiguredHost } from '../host/open-configured-host.ts';
import { unixSeconds } from '../host/unix-seconds.ts';
import { openCommandJournal } from '../journal/command-journal.ts';
import type { Log } from '../logging/log.ts';
import { tryLock, unlock } from '../registry/file-lock.ts';
import { createCommandDesk } from './command-desk.ts';
import { runHeartbeatLoop } from './heartbeat-loop.ts';
import { createInventoryTaker } from './inventory.ts';
import { runInventoryLoop } from './inventory-loop.ts';
import { createLanes } from './lanes.ts';
import { runQueueLoop } from './queue-loop.ts';

const commandsAtOnce = 4;
const lastWordSeconds = 10;

/**
 * The agent: puts the host in order, then heartbeats, reports and carries out commands until `stop`.
 * @throws Error when another agent uses the state directory, or the host cannot be opened (engine, files).
 */
export async function runAgent(config: AgentConfig, log: Log, stop: AbortSignal): Promise<void> {
  // Every request and every pause listens to it; node would warn of a leak, in plain text, at the eleventh.
  setMaxListeners(0, stop);
  await mkdir(config.state_dir, { recursive: true });
  const lockPath = join(config.state_dir, 'agent.lock');
  // Twice: the first try clears the lock of an agent that died.
  if (!(await tryLock(lockPath)) && !(await tryLock(lockPath))) {
    throw new Error(`another agent runs with state_dir ${config.state_dir}`);
  }
  try {
    await runLocked(config, log, stop);
  } finally {
    await unlock(lockPath);
  }
}

async function runLocked(config: AgentConfig, log: Log, stop: AbortSignal): Promise<void> {
  const host = await openConfiguredHost(config, log);
  await recoverHost(host);
  const journal = await openCommandJournal(config.state_dir, unixSeconds);
  await journal.prune();
  const api = await openApiClient({ api: config.api, caFile: config.ca_file, tokenFile: config.token_file, log });
  const access = createQueueAccessKeeper({ api, log, stop, now: unixSeconds });
  const inventory = createInventoryTaker(host, config.state_dir, unixSeconds);
  const desk = createCommandDesk({
    api,
    journal,
    inventory,
    log,
    stop,
    host,
    lanes: createLanes(commandsAtOnce),
    generation: () => access.generation(),
    now: unixSeconds,
  });
  log.info('agent.ready', {
    host_id: config.host_id,
    engine: config.engine.kind,
    engine_version: await host.engine.version(),
  });

  const takeCommands = async (): Promise<void> => {
    // What was begun is judged by today's registration, so that must be known first.
    if (!(await access.current())) return;
    await desk.resume();
    await runQueueLoop({ access, desk, hostId: config.host_id, caFile: config.ca_file, log, stop });
  };
  const facts = hostFacts(config, await host.engine.version());
  await Promise.all([
    runHeartbeatLoop({ api, access, facts, intervalSeconds: config.heartbeat_interval_seconds, log, stop }),
    runInventoryLoop({ api, inventory, registry: host.registry, log, stop }),
    takeCommands(),
  ]);

  // A command that takes longer is cut off; the journal knows where it was.
  await Promise.race([desk.idle(), delay(lastWordSeconds * 1000)]);
  await host.freezes.endAll('the agent was stopped during the freeze');
  if (config.engine.stop_databases_on_exit === true) {
    for (const record of (await host.registry.read()).databases) {
      await host.engine
        .stop(record)
        .catch((error: unknown) =>
          log.error('database.not-stopped', { database_id: record.id, error: messageOf(error) }),
        );
    }
  }
  await api.close();
  log.info('agent.stopped');
}
