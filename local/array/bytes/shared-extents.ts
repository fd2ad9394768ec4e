import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** Files per process: a command line has its limits. */
const FILES_AT_ONCE = 200;
const MOST_OUTPUT_BYTES = 256 * 1024 * 1024;

const FILE = /^File size of .* blocks? of (\d+) bytes\)$/;
const SHARED_EXTENT = /^ *\d+: +\d+\.\. *\d+: +\d+\.\. *\d+: +(\d+):.*\bshared\b/;

/** Adds up what `filefrag -v` (e2fsprogs) says about each extent of each file. */
function sharedBytesIn(output: string): number {
  let blockBytes = 0;
  let bytes = 0;
  for (const line of output.split('\n')) {
    blockBytes = Number(FILE.exec(line)?.[1] ?? blockBytes);
    bytes += Number(SHARED_EXTENT.exec(line)?.[1] ?? 0) * blockBytes;
  }
  return bytes;
}

/** Bytes of the files that lie in blocks which other files use too; null where this machine cannot tell. */
export async function sharedBytes(files: readonly string[]): Promise<number | null> {
  let bytes = 0;
  for (let start = 0; start < files.length; start += FILES_AT_ONCE) {
    const output = await run('filefrag', ['-v', ...files.slice(start, start + FILES_AT_ONCE)], {
      maxBuffer: MOST_OUTPUT_BYTES,
    }).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      // It ends with an error when one of the files went away meanwhile, and tells about the others all the same.
      if (error instanceof Error && 'stdout' in error && typeof error.stdout === 'string')
        return { stdout: error.stdout };
      throw error;
    });
    if (output === null) return null;
    bytes += sharedBytesIn(output.stdout);
  }
  return bytes;
}
