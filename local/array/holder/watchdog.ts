import { spawn } from 'node:child_process';

/** Collects process ids, one a line, until `none`. At the end of its input, however that comes about, it continues them. */
const SCRIPT = `
stopped=
while read -r line; do
  case $line in none) stopped= ;; *) stopped="$stopped $line" ;; esac
done
[ -z "$stopped" ] || kill -CONT $stopped
`;

/** Continues who is stopped when the holder dies together with the array, which would otherwise see to it. */
export interface Watchdog {
  /** To be called before the process is stopped. */
  stopping(pid: number): void;
  /** Everybody runs again. */
  nobodyIsStopped(): void;
}

/** A shell, in a session of its own: what kills by name (`killall -9 node`), or by process group, does not reach it. */
export function startWatchdog(): Watchdog {
  const shell = spawn('sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, cwd: '/' });
  // It is the second safeguard: without it (no shell, or killed) the array is still there.
  shell.on('error', () => undefined);
  shell.stdin.on('error', () => undefined);
  return {
    stopping: (pid) => {
      shell.stdin.write(`${pid}\n`);
    },
    nobodyIsStopped: () => {
      shell.stdin.write('none\n');
    },
  };
}
