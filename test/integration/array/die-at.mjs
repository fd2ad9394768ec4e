import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

/**
 * Preloaded into an array under test. While the file DIE_WHEN exists, it counts down the number in it with every change of
 * a path that matches DIE_ON, and the process is killed right before the change that makes it 0.
 */
const { DIE_WHEN: countdown, DIE_ON: pattern } = process.env;

function countDown(paths) {
  if (!paths.some((path) => new RegExp(pattern).test(path)) || !existsSync(countdown)) return;
  const left = Number(readFileSync(countdown, 'utf8')) - 1;
  if (left > 0) return writeFileSync(countdown, String(left));
  rmSync(countdown);
  process.kill(process.pid, 'SIGKILL');
}

if (process.argv[1]?.endsWith('array/main.ts')) {
  for (const name of ['mkdir', 'chmod', 'symlink', 'rename', 'rmdir', 'rm']) {
    const real = promises[name];
    promises[name] = (...args) => {
      countDown(args.filter((argument) => typeof argument === 'string'));
      return real(...args);
    };
  }
  syncBuiltinESMExports();
}
