/** krest, the public Python client of the array's REST API, installed outside the work tree and kept between runs. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheRoot, ensureFolder, hashOf } from '../../local/localstack/installation.ts';
import { runCommand } from '../../local/localstack/run-command.ts';
import { findPython } from '../../local/localstack/toolchain.ts';

const fileHere = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const wheels = fileHere('requirements.txt');
const sources = fileHere('krest-requirements.txt');

const isPythonThatServes = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major === 3 && minor >= 9;
};

/**
 * A Python interpreter that can `import krest`.
 * @throws Error that says what is missing, or what pip printed.
 */
export async function ensureKrest(environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const found = await findPython(environment, runCommand, isPythonThatServes);
  if (found === null)
    throw new Error('krest needs Python 3.9 or newer with venv (on PATH, in pyenv, or at REPRISE_PYTHON)');
  const root = cacheRoot(environment);
  await mkdir(root, { recursive: true });
  const key = await hashOf(found, [wheels, sources]);
  const folder = await ensureFolder(join(root, `krest-${key}`), async (draft) => {
    await runCommand(found[0], ['-m', 'venv', draft]);
    const pip = async (...args: string[]): Promise<string> =>
      runCommand(join(draft, 'bin', 'python'), [
        ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input', '--no-deps'],
        ...['--require-hashes', ...args],
      ]);
    await pip('--only-binary=:all:', '-r', wheels);
    await pip('--use-pep517', '--no-build-isolation', '-r', sources);
  });
  return join(folder, 'bin', 'python');
}
