import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { type Ask, findToolchain, javaProgramsOf } from '../../../local/localstack/toolchain.ts';

const folder = mkdtempSync(join(tmpdir(), 'reprise-toolchain-'));
const jdk = join(folder, 'jdk-17');
mkdirSync(jdk);
const javaHome = join(folder, 'default-java');
symlinkSync(jdk, javaHome);
afterAll(() => rmSync(folder, { recursive: true }));

const nobody: NodeJS.ProcessEnv = { HOME: join(folder, 'no-home') };

const javaSettings = (version: string): string =>
  `Property settings:\n    java.home = ${javaHome}\n    java.specification.version = ${version}\n`;

/** A machine: what each program answers; any other is not there, as a shim that fails. */
const machine =
  (answers: Readonly<Record<string, string>>): Ask =>
  async (program) => {
    const answer = answers[program];
    if (answer === undefined) throw new Error(`${program} failed`);
    return answer;
  };

const javaAndMaven = { sh: javaSettings('17'), mvn: 'Apache Maven 3.8.7\n' };

it('names everything that is missing, with how it is looked for', async () => {
  await expect(findToolchain(nobody, machine({}))).rejects.toThrow(
    /^LocalStack in host mode needs what this machine lacks: Python 3\.13 with venv \(.*REPRISE_PYTHON.*\); Maven \(mvn on PATH\); Java 17 or newer \(java on PATH\)$/,
  );
});

it('names only what is missing', async () => {
  const ask = machine({ sh: javaSettings('17'), 'python3.13': '/usr/bin/python3.13 3.13.0\n' });
  await expect(findToolchain(nobody, ask)).rejects.toThrow(/lacks: Maven \(mvn on PATH\)$/);
});

it.each(['3.11.2', '3.12.1', '3.14.0'])('refuses Python %s', async (version) => {
  const ask = machine({ ...javaAndMaven, python3: `/usr/bin/python3 ${version}\n` });
  await expect(findToolchain(nobody, ask)).rejects.toThrow(/lacks: Python 3\.13 with venv/);
});

it('passes over a shim that is on PATH and fails, and takes what answers', async () => {
  const ask = machine({ ...javaAndMaven, python3: '/opt/python/bin/python3 3.13.5\n' });
  expect(await findToolchain(nobody, ask)).toEqual({
    python: '/opt/python/bin/python3',
    pythonVersion: '3.13.5',
    maven: 'mvn',
    javaHome: realpathSync(jdk),
  });
});

/** A pyenv with these versions, and the answer that each of its pythons gives. */
function pyenvWith(versions: readonly string[]): { readonly root: string; readonly answers: Record<string, string> } {
  const root = join(mkdtempSync(join(folder, 'home-')), '.pyenv');
  const programs = versions.map((version) => [version, join(root, 'versions', version, 'bin', 'python3')] as const);
  for (const [, program] of programs) {
    mkdirSync(dirname(program), { recursive: true });
    writeFileSync(program, '');
  }
  return { root, answers: Object.fromEntries(programs.map(([version, at]) => [at, `${at} ${version}\n`])) };
}

it.each([
  ['at PYENV_ROOT', (root: string) => ({ ...nobody, PYENV_ROOT: root })],
  ['in the home folder', (root: string) => ({ HOME: dirname(root) })],
])('finds 3.13 among the versions of a pyenv %s', async (_where, environment) => {
  const { root, answers } = pyenvWith(['3.11.2', '3.12.1', '3.13.0']);
  const ask = machine({ ...javaAndMaven, ...answers });
  const python = join(root, 'versions', '3.13.0', 'bin', 'python3');
  expect(await findToolchain(environment(root), ask)).toMatchObject({ python, pythonVersion: '3.13.0' });
});

it('takes REPRISE_PYTHON before all others', async () => {
  const ask = machine({ ...javaAndMaven, '/mine/python': '/mine/python 3.13.9\n', 'python3.13': '/other 3.13.0\n' });
  expect(await findToolchain({ ...nobody, REPRISE_PYTHON: '/mine/python' }, ask)).toMatchObject({
    python: '/mine/python',
  });
});

it.each(['11', '1'])('refuses a Java whose specification is %s', async (version) => {
  const ask = machine({ ...javaAndMaven, sh: javaSettings(version), 'python3.13': '/usr/bin/python3.13 3.13.0\n' });
  await expect(findToolchain(nobody, ask)).rejects.toThrow(/lacks: Java 17 or newer \(java on PATH\)$/);
});

it.each(['17', '21', '24'])('takes Java %s, by its real folder', async (version) => {
  const ask = machine({ ...javaAndMaven, sh: javaSettings(version), 'python3.13': '/usr/bin/python3.13 3.13.0\n' });
  const toolchain = await findToolchain(nobody, ask);
  expect(toolchain.javaHome).toBe(realpathSync(jdk));
  expect(javaProgramsOf(toolchain)).toBe(join(realpathSync(jdk), 'bin'));
});
