import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startArrayServer, type ArrayServerOptions } from '../../../local/array/server.ts';
import { arrayClient, type Call } from './array-client.ts';

export const CREDENTIALS = { user: 'admin', password: 'secret' };

export interface StartedArray {
  readonly url: string;
  readonly caFile: string;
  readonly dataDir: string;
  readonly call: Call;
  /** Starts it anew on the same data. */
  restart(): Promise<StartedArray>;
  stop(): Promise<void>;
}

export const temporaryFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'array-test-'));

/** An array in this process, over a folder of its own unless one is given. */
export async function startedArray(more: Partial<ArrayServerOptions> = {}): Promise<StartedArray> {
  const folder = more.dataDir ?? (await temporaryFolder());
  const server = await startArrayServer({ port: 0, ...CREDENTIALS, ...more, dataDir: folder });
  return {
    url: server.url,
    caFile: server.caFile,
    dataDir: folder,
    call: await arrayClient({ ...server, ...CREDENTIALS }),
    restart: async () => {
      await server.close();
      return startedArray({ ...more, dataDir: folder });
    },
    stop: async () => {
      await server.close();
      await rm(folder, { recursive: true });
    },
  };
}
