import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, fetch } from 'undici';
import { z } from 'zod';
import { startArray } from '../../../local/array/array-process.ts';
import type { SnapshotSource } from '../../../shared/ports/sdp.ts';

/** What of the array's own API the tests call beside the adapter. */
export interface RunningArray {
  readonly url: string;
  readonly caPem: string;
  readonly credentials: { readonly user: string; readonly password: string };
  addVolumeGroup(name: string, sizesMib: readonly number[]): Promise<{ source: SnapshotSource; serials: string[] }>;
  /** How many objects of a collection there are, by the array's own listing. */
  count(collection: string, filter: string): Promise<number>;
  /** Makes a call such as `POST snapshots` fail; answers how often that has happened. */
  fail(fault: Readonly<Record<string, unknown>>): Promise<() => Promise<number>>;
  close(): Promise<void>;
}

const Created = z.object({ id: z.number() });
const CreatedVolume = z.object({ scsi_sn: z.string() });
const Listed = z.object({ total: z.number() });
const FaultList = z.object({ hits: z.array(z.object({ fired: z.number() })) });

/** The array simulator as a process of its own, on its own data. Start takes seconds. */
export const startRunningArray = async (): Promise<RunningArray> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'sdp-contract-'));
  const credentials = { user: 'planted-user', password: 'planted-Passw0rd' };
  const array = await startArray({ dataDir, port: 0, ...credentials });
  const caPem = await readFile(array.caFile, 'utf8');
  const dispatcher = new Agent({ connect: { ca: caPem } });
  const authorization = `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')}`;

  const call = async <T>(method: 'GET' | 'POST', path: string, schema: z.ZodType<T>, body?: object): Promise<T> => {
    const response = await fetch(`${array.url}${path}`, {
      method,
      dispatcher,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return schema.parse(JSON.parse(text));
  };

  return {
    url: array.url,
    caPem,
    credentials,
    addVolumeGroup: async (name, sizesMib) => {
      const { id } = await call('POST', '/api/v2/volume_groups', Created, { name, quota: 0 });
      const serials: string[] = [];
      for (const [index, sizeMib] of sizesMib.entries()) {
        const volume = {
          name: `${name}-v${index}`,
          size: sizeMib * 1024,
          volume_group: { ref: `/volume_groups/${id}` },
        };
        serials.push((await call('POST', '/api/v2/volumes', CreatedVolume, volume)).scsi_sn);
      }
      return { source: { kind: 'volume-group', id, name }, serials };
    },
    count: async (collection, filter) => (await call('GET', `/api/v2/${collection}?${filter}`, Listed)).total,
    fail: async (fault) => {
      const { id } = await call('POST', '/__admin/faults', Created, fault);
      return async () => (await call('GET', `/__admin/faults/${id}`, FaultList)).hits[0]?.fired ?? 0;
    },
    close: async () => {
      await dispatcher.close();
      await array.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};
