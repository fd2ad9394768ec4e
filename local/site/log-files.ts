/** What the parts of a site have to say goes to files, so that a terminal shows only what people are to read. */
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { inspect } from 'node:util';
import type { Log } from '../cloud/wire/log.ts';

export interface LogFiles {
  readonly dir: string;
  /** JSON lines of all functions. */
  readonly functions: Writable;
  readonly arrayFile: string;
  /** What went wrong in the embedded cloud itself. */
  readonly cloud: Log;
  close(): Promise<void>;
}

const errorText = (cause: unknown): string => (cause === undefined ? '' : `: ${inspect(cause)}`);

export async function openLogFiles(dataDir: string): Promise<LogFiles> {
  const dir = join(dataDir, 'logs');
  await mkdir(dir, { recursive: true });
  const [functions, cloud] = ['functions.log', 'cloud.log'].map((name) =>
    createWriteStream(join(dir, name), { flags: 'a' }),
  );
  if (functions === undefined || cloud === undefined) throw new Error('unreachable');
  return {
    dir,
    functions,
    arrayFile: join(dir, 'array.log'),
    cloud: (message, cause) => {
      cloud.write(`${new Date().toISOString()} ${message}${errorText(cause)}\n`);
    },
    close: async () => {
      cloud.end();
      await finished(cloud);
      // Functions that timed out run on in this process and may still log: their words are dropped, not an error.
      functions.on('error', () => undefined);
      functions.end();
    },
  };
}
