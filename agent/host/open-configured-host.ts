import { mkdir } from 'node:fs/promises';
import type { AgentConfig } from '../config/agent-config.ts';
import type { Engine } from '../engines/engine.ts';
import { openPostgresEngine } from '../engines/postgres/postgres-engine.ts';
import { createSimulatedEngine } from '../engines/simulated/simulated-engine.ts';
import type { Host } from '../execution/host.ts';
import { openHost } from '../execution/open-host.ts';
import type { Log } from '../logging/log.ts';
import { type DeviceRoot, openDeviceRoot } from './device-root.ts';

/** Opens this host as its configuration describes it. @throws AgentFailure when the engine cannot be used. */
export async function openConfiguredHost(config: AgentConfig, log: Log): Promise<Host> {
  await mkdir(config.state_dir, { recursive: true });
  const deviceRoot = openDeviceRoot(config.device_root);
  const engine = await openEngine(config, deviceRoot);
  return openHost({
    stateDir: config.state_dir,
    deviceRoot,
    engine,
    log,
    mayKeepBackups: config.keep_backups,
    hasVssProvider: config.vss_provider,
  });
}

async function openEngine({ engine, state_dir }: AgentConfig, deviceRoot: DeviceRoot): Promise<Engine> {
  switch (engine.kind) {
    case 'postgres':
      return openPostgresEngine({
        stateDir: state_dir,
        deviceRoot,
        binDir: engine.bin_dir,
        runAsUser: engine.run_as_user,
      });
    case 'simulated':
      return createSimulatedEngine(deviceRoot);
    default:
      return engine.kind satisfies never;
  }
}
