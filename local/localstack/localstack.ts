/** LocalStack in host mode: a process of this machine, without Docker, its functions run by node. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { z } from 'zod';
import { waitUntil } from '../site/wait-until.ts';
import { ensureInstallation, type Installation, layOutLibraries } from './installation.ts';
import { lastingPort } from './lasting-port.ts';
import { endProcessTree } from './process-tree.ts';
import { findToolchain, javaProgramsOf, type Toolchain } from './toolchain.ts';

/** The machine's programs, and what was installed with them. */
export interface PreparedLocalStack {
  readonly toolchain: Toolchain;
  readonly installation: Installation;
}

export interface LocalStackOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** URL of a module that every function's node imports before anything else. */
  readonly preload?: string;
  /** What LocalStack prints goes here. */
  readonly logFile: string;
  readonly prepared: PreparedLocalStack;
}

export interface LocalStackFacts {
  readonly endpoint: string;
  readonly version: string;
  /** How functions are run: `node processes of this machine`, or whatever a running one does by itself. */
  readonly executor: string;
}

export interface LocalStack extends LocalStackFacts {
  readonly pid: number;
  /** Resolves when it ended, asked to or not. */
  readonly ended: Promise<unknown>;
  /** Ends it, its functions and DynamoDB Local, and removes its data. */
  stop(): Promise<void>;
}

const startPatienceMs = 60_000;
/** It has nothing to save: its data goes with it. */
const endPatienceMs = 3_000;

const Health = z.object({ version: z.string() });

/** @throws Error when nothing that answers like a LocalStack is there. */
export async function versionAt(endpoint: string): Promise<string> {
  const answer = await request(`${endpoint}/_localstack/health`);
  return Health.parse(await answer.body.json()).version;
}

const variables = (filesystemRoot: string, port: number, executorPath: string, javaBin: string) => ({
  FILESYSTEM_ROOT: filesystemRoot,
  GATEWAY_LISTEN: `127.0.0.1:${String(port)}`,
  LOCALSTACK_HOST: `127.0.0.1:${String(port)}`,
  // Without it LocalStack, outside a container, writes to folders of the system.
  OVERRIDE_IN_DOCKER: '0',
  LAMBDA_RUNTIME_EXECUTOR: 'node',
  NODE_EXECUTOR_NODE: process.execPath,
  PROVIDER_OVERRIDE_DYNAMODB: 'v2',
  PROVIDER_OVERRIDE_DYNAMODBSTREAMS: 'v2',
  DYNAMODB_IN_MEMORY: '1',
  // Queue URLs with a host name would not resolve.
  SQS_ENDPOINT_STRATEGY: 'path',
  DNS_ADDRESS: '0',
  SKIP_SSL_CERT_DOWNLOAD: '1',
  DISABLE_EVENTS: '1',
  PYTHONPATH: executorPath,
  PATH: `${javaBin}:${process.env['PATH'] ?? ''}`,
  HOME: process.env['HOME'] ?? filesystemRoot,
  // What it and its functions leave in temporary folders goes with its data.
  TMPDIR: join(filesystemRoot, 'tmp'),
});

async function launch(filesystemRoot: string, port: number, options: LocalStackOptions) {
  const { toolchain, installation } = options.prepared;
  await layOutLibraries(filesystemRoot, installation.jars, toolchain.javaHome);
  const output = openSync(options.logFile, 'a');
  // A group of its own, so that everything it started can be ended with it.
  const child = spawn(installation.python, ['-m', 'localstack.runtime.main'], {
    cwd: filesystemRoot,
    env: {
      ...variables(filesystemRoot, port, installation.executorPath, javaProgramsOf(toolchain)),
      ...(options.preload === undefined ? {} : { NODE_EXECUTOR_PRELOAD: options.preload }),
    },
    stdio: ['ignore', output, output],
    detached: true,
  });
  closeSync(output);
  return child;
}

/** Installs what is not yet cached. @throws Error naming what the machine lacks, or with what an installer printed. */
export async function prepareLocalStack(report: (line: string) => void): Promise<PreparedLocalStack> {
  const toolchain = await findToolchain();
  report('installing LocalStack and DynamoDB Local where they are not yet cached');
  return { toolchain, installation: await ensureInstallation(toolchain) };
}

/** Starts one with nothing in it. @throws Error with the end of its log when it does not come up. */
export async function startLocalStack(options: LocalStackOptions): Promise<LocalStack> {
  const filesystemRoot = await mkdtemp(join(tmpdir(), 'reprise-localstack-'));
  await mkdir(join(filesystemRoot, 'tmp'), { recursive: true });
  const port = options.port === 0 ? await lastingPort() : options.port;
  const endpoint = `http://127.0.0.1:${String(port)}`;
  const child = await launch(filesystemRoot, port, options).catch(async (error: unknown) => {
    await rm(filesystemRoot, { recursive: true, force: true });
    throw error;
  });
  const ended = once(child, 'exit');
  const { pid } = child;
  if (pid === undefined) throw new Error('LocalStack could not be started');
  const stop = async (): Promise<void> => {
    await endProcessTree({ pid, folder: filesystemRoot }, ended, endPatienceMs);
    await rm(filesystemRoot, { recursive: true, force: true });
  };
  try {
    const version = await waitUntil('LocalStack to be healthy', startPatienceMs, async () => {
      if (child.exitCode !== null) throw new Error('LocalStack ended at its start');
      return versionAt(endpoint).catch(() => undefined);
    });
    return { endpoint, version, executor: 'node processes of this machine', pid, ended, stop };
  } catch (error) {
    await stop();
    const log = (await readFile(options.logFile, 'utf8')).trim().slice(-3000);
    throw new Error(`${String(error)}\n${log}`, { cause: error });
  }
}
