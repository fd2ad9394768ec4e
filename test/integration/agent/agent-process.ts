import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { buildAgent } from '../../../agent/build.ts';
import type { TestControlPlane } from './control-plane.ts';

export interface AgentFixture {
  readonly devices: string;
  readonly stateDir: string;
  /** What every agent process of this fixture wrote to standard error. */
  log(): string;
  start(): void;
  /** Sends the signal and waits until the process is gone. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  cli(...args: readonly string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string };
  close(): Promise<void>;
}

/** The bundled agent in a temporary folder, run with an empty environment from another folder. */
export async function anAgent(plane: TestControlPlane, engine: unknown): Promise<AgentFixture> {
  const root = await mkdtemp(join(tmpdir(), 'reprise-agent-test-'));
  await mkdir(join(root, 'devices'));
  const bundle = join(root, 'agent.mjs');
  const configFile = join(root, 'config.json');
  await buildAgent(bundle);
  await writeFile(join(root, 'ca.pem'), plane.ca);
  await writeFile(join(root, 'token'), `${plane.token}\n`);
  const config = {
    api: plane.api,
    ca_file: join(root, 'ca.pem'),
    host_id: 'host1',
    token_file: join(root, 'token'),
    device_root: join(root, 'devices'),
    state_dir: join(root, 'state'),
    engine,
    heartbeat_interval_seconds: 0.5,
  };
  await writeFile(configFile, JSON.stringify(config));
  spawnSync('chmod', ['755', root]);
  let child: ChildProcess | null = null;
  let log = '';
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    const ending = child;
    child = null;
    if (ending?.exitCode !== null) return;
    const gone = new Promise((resolve) => ending.once('exit', resolve));
    ending.kill(signal);
    await gone;
  };
  return {
    devices: config.device_root,
    stateDir: config.state_dir,
    log: () => log,
    start: () => {
      child = spawn(process.execPath, [bundle, '--config', configFile], {
        cwd: '/',
        env: {},
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      child.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()));
    },
    end,
    cli: (...args) =>
      spawnSync(process.execPath, [bundle, ...args, '--config', configFile], { cwd: '/', env: {}, encoding: 'utf8' }),
    close: async () => {
      await end('SIGTERM');
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** Polls until the condition holds. @throws Error with `explain()` when it does not within the time. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  explain: () => string,
  timeoutSeconds = 15,
): Promise<void> {
  const deadline = performance.now() + timeoutSeconds * 1000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`${what} did not happen\n${explain()}`);
    await delay(20);
  }
}
