/**
 * LocalStack, DynamoDB Local and the executor, installed outside the work tree and kept between runs: about 560 MB, a
 * minute and a half. A folder is named after all that it was made from, and appears whole or not at all.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from './run-command.ts';
import type { Toolchain } from './toolchain.ts';

/** The newest that needs no account token. */
const localStackVersion = '2026.3.0';

export interface Installation {
  /** LocalStack's own interpreter, with everything it imports. */
  readonly python: string;
  /** Added to the interpreter's path: the executor. */
  readonly executorPath: string;
  /** Jars of DynamoDB Local. */
  readonly jars: string;
}

const sources = fileURLToPath(new URL('.', import.meta.url));
const constraintsFile = join(sources, 'constraints.txt');
const pomFile = join(sources, 'dynamodb-local.pom.xml');
const executorSource = join(sources, 'executor');

export const cacheRoot = (environment: NodeJS.ProcessEnv): string =>
  environment['REPRISE_CACHE_DIR'] ?? join(environment['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'reprise');

export async function hashOf(parts: readonly string[], files: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(parts.join('\n'));
  for (const file of files) hash.update(await readFile(file));
  return hash.digest('hex').slice(0, 16);
}

/** `make` fills a folder of another name first: a run that is cut off leaves nothing that looks finished. */
export async function ensureFolder(folder: string, make: (draft: string) => Promise<void>): Promise<string> {
  if (existsSync(folder)) return folder;
  const draft = `${folder}.${String(process.pid)}.new`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  try {
    await make(draft);
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Another run was faster.
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

async function ensureLocalStack(root: string, { python, pythonVersion }: Toolchain): Promise<string> {
  const key = await hashOf([localStackVersion, python, pythonVersion], [constraintsFile]);
  return ensureFolder(join(root, `localstack-${key}`), async (draft) => {
    await runCommand(python, ['-m', 'venv', draft]);
    const localStack = `localstack-core[runtime]==${localStackVersion}`;
    const options = ['--quiet', '--disable-pip-version-check', '--no-input', '-c', constraintsFile];
    await runCommand(join(draft, 'bin', 'python'), ['-m', 'pip', 'install', ...options, localStack]);
  });
}

async function ensureExecutor(root: string, localStack: string): Promise<string> {
  const code = join(executorSource, 'node_executor');
  const files = (await readdir(code)).filter((file) => /\.(py|cjs)$/.test(file)).sort();
  const key = await hashOf(
    [localStack],
    [join(executorSource, 'pyproject.toml'), ...files.map((file) => join(code, file))],
  );
  return ensureFolder(join(root, `node-executor-${key}`), async (draft) => {
    const options = ['--quiet', '--disable-pip-version-check', '--no-input', '--no-deps', '--target', draft];
    // From a copy: pip builds where the sources are.
    const copy = `${draft}.src`;
    await cp(executorSource, copy, { recursive: true });
    try {
      await runCommand(join(localStack, 'bin', 'python'), ['-m', 'pip', 'install', ...options, copy]);
    } finally {
      await rm(copy, { recursive: true });
    }
  });
}

async function ensureJars(root: string, { maven }: Toolchain): Promise<string> {
  const key = await hashOf([], [pomFile]);
  return ensureFolder(join(root, `dynamodb-local-${key}`), async (draft) => {
    const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${draft}`];
    await runCommand(maven, ['--batch-mode', '--quiet', '--file', pomFile, ...goal]);
  });
}

/** @throws Error with what the installers printed. */
export async function ensureInstallation(
  toolchain: Toolchain,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Installation> {
  const root = cacheRoot(environment);
  await mkdir(root, { recursive: true });
  const both = [ensureLocalStack(root, toolchain), ensureJars(root, toolchain)] as const;
  // When one fails the other must not go on writing after the caller heard of it.
  await Promise.allSettled(both);
  const [localStack, jars] = await Promise.all(both);
  return { python: join(localStack, 'bin', 'python'), executorPath: await ensureExecutor(root, localStack), jars };
}

/** Lays out what LocalStack looks for below FILESYSTEM_ROOT, so that it downloads nothing. */
export async function layOutLibraries(filesystemRoot: string, jars: string, javaHome: string): Promise<void> {
  const library = join(filesystemRoot, 'var', 'lib', 'localstack', 'lib');
  const dynamodb = join(library, 'dynamodb-local', '2');
  await mkdir(dynamodb, { recursive: true });
  await mkdir(join(library, 'java'), { recursive: true });
  const main = (await readdir(jars)).find((jar) => jar.startsWith('DynamoDBLocal-'));
  if (main === undefined) throw new Error(`no DynamoDBLocal jar in ${jars}`);
  await symlink(jars, join(dynamodb, 'DynamoDBLocal_lib'));
  await symlink(join(jars, main), join(dynamodb, 'DynamoDBLocal.jar'));
  await symlink(javaHome, join(library, 'java', '21'));
  await writeFile(join(filesystemRoot, 'README'), 'Data of a LocalStack in host mode; removed when it stops.\n');
}
