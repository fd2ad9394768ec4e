/** DynamoDB: the dynoxide binary as a child process with its file in the data directory, or an endpoint given. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { endOrphan, recordDatabaseProcess } from './database-process.ts';
import { freePort } from './free-port.ts';

export interface DynamoDb {
  readonly endpoint: string;
  stop(): Promise<void>;
}

const startDeadlineMilliseconds = 10_000;
const portAttempts = 3;

const binaryPath = (): string => {
  const name = `@dynoxide/${process.platform}-${process.arch}`;
  try {
    return path.join(path.dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), 'dynoxide');
  } catch (cause) {
    throw new Error(
      `no embedded DynamoDB for this platform (${name} is not installed): set DYNAMODB_ENDPOINT to a DynamoDB Local`,
      { cause },
    );
  }
};

const answers = async (endpoint: string): Promise<boolean> => {
  try {
    // Whatever the status: a server that answers is a server that listens.
    await (await fetch(endpoint, { signal: AbortSignal.timeout(1000) })).arrayBuffer();
    return true;
  } catch {
    return false;
  }
};

const ended = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

const stopChild = async (child: ChildProcess): Promise<void> => {
  if (ended(child)) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
};

const wordsKeptBytes = 2_000;

/** The newest words of the child, for the error when it does not start. */
const listenTo = (child: ChildProcess): (() => string) => {
  let words = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    words = `${words}${text}`.slice(-wordsKeptBytes);
  });
  return () => words.trim();
};

/** The running database, or what it said when it ended or did not answer. */
const launch = async (databaseFile: string): Promise<DynamoDb | string> => {
  const port = await freePort();
  const child = spawn(binaryPath(), ['--host', '127.0.0.1', '--port', String(port), '--db-path', databaseFile], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {},
    // Ctrl-C in a terminal reaches the whole process group, and the database must outlive those who still write to it.
    detached: true,
  });
  const words = listenTo(child);
  // A parent that leaves by process.exit runs no stop(); the database must not outlive it.
  const leave = (): void => void child.kill('SIGTERM');
  process.once('exit', leave);
  const stop = async (): Promise<void> => {
    process.removeListener('exit', leave);
    await stopChild(child);
  };
  if (child.pid !== undefined) await recordDatabaseProcess(databaseFile, child.pid);
  const endpoint = `http://127.0.0.1:${port}`;
  const giveUpAt = Date.now() + startDeadlineMilliseconds;
  while (!ended(child) && Date.now() < giveUpAt) {
    if (await answers(endpoint)) return { endpoint, stop };
    await delay(10);
  }
  await stop();
  return words();
};

/**
 * Tables survive a restart on the same `dataDir`. A `givenEndpoint` (DYNAMODB_ENDPOINT, for platforms without the binary)
 * is used as it is, and not stopped. Throws when the binary is missing or does not answer, and when another process
 * runs a database on `dataDir`.
 */
export const startDynamoDb = async (
  dataDir: string,
  givenEndpoint = process.env['DYNAMODB_ENDPOINT'],
): Promise<DynamoDb> => {
  if (givenEndpoint !== undefined && givenEndpoint !== '')
    return { endpoint: givenEndpoint, stop: () => Promise.resolve() };
  await mkdir(dataDir, { recursive: true });
  const databaseFile = path.join(dataDir, 'dynamodb.sqlite');
  await endOrphan(databaseFile);
  let words = '';
  for (let attempt = 0; attempt < portAttempts; attempt += 1) {
    const started = await launch(databaseFile);
    if (typeof started !== 'string') return started;
    words = started;
  }
  throw new Error(`the embedded DynamoDB did not start: ${words}`);
};
