import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Reads a file or folder of /proc; undefined when the process is gone meanwhile or belongs to somebody else. */
function peek<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch {
    // ENOENT and ESRCH: it ended between two looks. EACCES: another user's process, which this one could not stop either.
    return undefined;
  }
}

/** The fields of /proc/PID/stat after the name, which may itself hold spaces and brackets. */
function statFields(path: string): readonly string[] {
  const text = peek(() => readFileSync(path, 'utf8')) ?? '';
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

export const allProcesses = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

/** A process and all it descends from. */
export function withAncestors(pid: number): ReadonlySet<number> {
  const line = new Set<number>();
  for (
    let current = pid;
    current > 0 && !line.has(current);
    current = Number(statFields(`/proc/${current}/stat`)[1] ?? 0)
  ) {
    line.add(current);
  }
  return line;
}

/** Whether no thread can run: stopped (T), traced (t), or ended (Z, X, or not there any more). */
export function isStopped(pid: number): boolean {
  const threads = peek(() => readdirSync(`/proc/${pid}/task`)) ?? [];
  return threads.every((thread) =>
    ['T', 't', 'Z', 'X', ''].includes(statFields(`/proc/${pid}/task/${thread}/stat`)[0] ?? ''),
  );
}

export const hasEnded = (pid: number): boolean => ['Z', 'X', ''].includes(statFields(`/proc/${pid}/stat`)[0] ?? '');

export const commandLineOf = (pid: number): readonly string[] =>
  (peek(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')) ?? '').replace(/\0$/, '').split('\0');

export const nameOf = (pid: number): string => peek(() => readFileSync(`/proc/${pid}/comm`, 'utf8'))?.trim() ?? '';

/**
 * Whether the process has a file open, or its working directory, under one of the folders (real paths).
 * Memory maps are not looked at: whoever maps a database's file has its folder or another of its files open too.
 */
export function worksUnder(pid: number, folders: readonly string[]): boolean {
  const isInside = (path: string | undefined): boolean =>
    path !== undefined && folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
  if (isInside(peek(() => readlinkSync(`/proc/${pid}/cwd`)))) return true;
  const descriptors = peek(() => readdirSync(`/proc/${pid}/fd`)) ?? [];
  return descriptors.some((descriptor) => isInside(peek(() => readlinkSync(`/proc/${pid}/fd/${descriptor}`))));
}
