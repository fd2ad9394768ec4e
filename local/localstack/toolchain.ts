/** The programs that LocalStack in host mode needs and npm cannot bring. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { realpath } from 'node:fs/promises';
import { runCommand } from './run-command.ts';

export interface Toolchain {
  /** Python 3.13: LocalStack's metadata says 3.10, but it imports `warnings.deprecated`, which 3.12 does not have. */
  readonly python: string;
  /** `3.13.0` */
  readonly pythonVersion: string;
  readonly maven: string;
  /** A Java 17 or newer. */
  readonly javaHome: string;
}

export type Ask = (program: string, args: readonly string[]) => Promise<string>;

/** A shim that is on PATH may still refuse to run, so that a candidate counts only by its answer. */
const answerOf = async (ask: Ask, program: string, args: readonly string[]): Promise<string | undefined> => {
  try {
    return await ask(program, args);
  } catch {
    return undefined;
  }
};

const pyenvPythons = (root: string): string[] => {
  const versions = join(root, 'versions');
  if (!existsSync(versions)) return [];
  return readdirSync(versions)
    .map((version) => join(versions, version, 'bin', 'python3'))
    .filter(existsSync);
};

const pythonCandidates = (environment: NodeJS.ProcessEnv): string[] => {
  const home = environment['HOME'] ?? '/';
  const given = environment['REPRISE_PYTHON'];
  return [
    ...(given === undefined ? [] : [given]),
    'python3.13',
    'python3',
    ...pyenvPythons(environment['PYENV_ROOT'] ?? join(home, '.pyenv')),
  ];
};

/** Newer ones are left out until the pinned packages were tried with them. */
const isPythonThatServes = (version: string): boolean => version.startsWith('3.13.');

/** The first Python whose version serves and that can make virtual environments. */
export async function findPython(
  environment: NodeJS.ProcessEnv,
  ask: Ask,
  serves: (version: string) => boolean,
): Promise<[program: string, version: string] | null> {
  for (const candidate of pythonCandidates(environment)) {
    const script = 'import sys, venv, ensurepip; print(sys.executable, "%d.%d.%d" % sys.version_info[:3])';
    const [program, version] = (await answerOf(ask, candidate, ['-c', script]))?.trim().split(' ') ?? [];
    if (program !== undefined && version !== undefined && serves(version)) return [program, version];
  }
  return null;
}

async function findJavaHome(ask: Ask): Promise<string | null> {
  const settings = await answerOf(ask, 'sh', ['-c', 'java -XshowSettings:properties -version 2>&1']);
  const home = /^\s*java\.home = (.+)$/m.exec(settings ?? '')?.[1];
  const version = Number(/^\s*java\.specification\.version = (\d+)/m.exec(settings ?? '')?.[1]);
  return home !== undefined && version >= 17 ? home : null;
}

async function findMaven(ask: Ask): Promise<string | null> {
  return (await answerOf(ask, 'mvn', ['--version'])) === undefined ? null : 'mvn';
}

/** @throws Error that names everything that is missing, and how each is looked for. */
export async function findToolchain(
  environment: NodeJS.ProcessEnv = process.env,
  ask: Ask = runCommand,
): Promise<Toolchain> {
  const [python, maven, javaHome] = await Promise.all([
    findPython(environment, ask, isPythonThatServes),
    findMaven(ask),
    findJavaHome(ask),
  ]);
  const missing = [
    ...(python === null
      ? ['Python 3.13 with venv (on PATH, in pyenv, or at REPRISE_PYTHON; 3.12 cannot load LocalStack)']
      : []),
    ...(maven === null ? ['Maven (mvn on PATH)'] : []),
    ...(javaHome === null ? ['Java 17 or newer (java on PATH)'] : []),
  ];
  if (python === null || maven === null || javaHome === null)
    throw new Error(`LocalStack in host mode needs what this machine lacks: ${missing.join('; ')}`);
  return { python: python[0], pythonVersion: python[1], maven, javaHome: await realpath(javaHome) };
}

export const javaProgramsOf = ({ javaHome }: Toolchain): string => join(javaHome, 'bin');
