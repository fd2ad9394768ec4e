import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, fetch } from 'undici';
import { z } from 'zod';
import { startArray } from '../../../local/array/array-process.ts';
import type { ArrayCredentials } from '../../../shared/adapters/sdp-http/credentials.ts';
import type { SdpHttpOptions } from '../../../shared/adapters/sdp-http/sdp-http.ts';
import { silentLog } from '../../../shared/ports/log.ts';
import type { ArrayTrust, SnapshotSource } from '../../../shared/ports/sdp.ts';
import { fixedCredentials } from '../../unit/sdp/fixed-credentials.ts';

/** What of the array's own API the tests call beside the adapter. */
export interface RunningArray {
  readonly url: string;
  readonly trust: ArrayTrust;
  readonly credentials: ArrayCredentials;
  addVolumeGroup(name: string, sizesMib: readonly number[]): Promise<{ source: SnapshotSource; serials: string[] }>;
  /** How many objects of a collection there are, by the array's own listing. */
  count(collection: string, filter: string): Promise<number>;
  /** Makes a call such as `POST snapshots` fail; answers how often that has happened. */
  fail(fault: Readonly<Record<string, unknown>>): Promise<() => Promise<number>>;
  clearFaults(): Promise<void>;
  /** Ends it, runs `act`, and starts it again under the same address with what it held. */
  whileDown(act: () => Promise<void>): Promise<void>;
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
  let array = await startArray({ dataDir, port: 0, ...credentials });
  const caPem = await readFile(array.caFile, 'utf8');
  const dispatcher = new Agent({ connect: { ca: caPem } });
  const authorization = `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')}`;

  const send = async (method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<string> => {
    const response = await fetch(`${array.url}${path}`, {
      method,
      dispatcher,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text;
  };
  const call = async <T>(method: 'GET' | 'POST', path: string, schema: z.ZodType<T>, body?: object): Promise<T> =>
    schema.parse(JSON.parse(await send(method, path, body)));

  return {
    url: array.url,
    trust: { kind: 'ca', pem: caPem },
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
    clearFaults: async () => {
      await send('DELETE', '/__admin/faults');
    },
    whileDown: async (act) => {
      await array.stop();
      await act();
      array = await startArray({ dataDir, port: Number(new URL(array.url).port), ...credentials });
    },
    close: async () => {
      await dispatcher.close();
      await array.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};

/** What the adapter needs to speak to it. */
export const connectionTo = (
  { url, trust, credentials }: RunningArray,
  wrong: Partial<ArrayCredentials> = {},
): SdpHttpOptions => ({
  url,
  trust,
  credentials: fixedCredentials({ ...credentials, ...wrong }),
  verbTimeoutMs: 20_000,
  log: silentLog,
});
