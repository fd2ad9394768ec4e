/** The array seen through its own REST API, and its fault switches. */
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'undici';
import { z } from 'zod';
import type { ArrayAccess } from '../../../local/array/provision.ts';
import { waitUntil } from '../act/wait-until.ts';

const Ref = z.object({ ref: z.string() });
const Snapshot = z.object({
  id: z.number(),
  name: z.string(),
  short_name: z.string(),
  source: Ref,
  is_exposable: z.boolean(),
});
const Volsnap = z.object({ id: z.number(), name: z.string(), scsi_sn: z.string(), snapshot: Ref });
const Mapping = z.object({ id: z.number(), host: Ref, volume: Ref, lun: z.number().nullable() });
const Volume = z.object({ id: z.number(), name: z.string(), scsi_sn: z.string() });
const State = z.object({ system_id: z.string() });
const Named = z.object({ id: z.number(), name: z.string() });
const Fault = z.object({ id: z.number(), seen: z.number(), fired: z.number(), fired_at: z.number().nullable() });

/** docs/array.md, "Faults". */
export interface FaultRequest {
  readonly call: string;
  readonly nth?: number;
  readonly times?: number;
  readonly when: 'before' | 'during' | 'after';
  readonly status?: number;
  readonly drop?: boolean;
  readonly delay_ms?: number;
}

export interface ArrayView {
  /** Who the array says it is. */
  systemId(): Promise<string>;
  snapshots(): Promise<readonly z.infer<typeof Snapshot>[]>;
  /** Those without the views that were made of them. */
  groupSnapshots(): Promise<readonly z.infer<typeof Snapshot>[]>;
  volsnaps(): Promise<readonly z.infer<typeof Volsnap>[]>;
  mappings(): Promise<readonly z.infer<typeof Mapping>[]>;
  volumes(): Promise<readonly z.infer<typeof Volume>[]>;
  hosts(): Promise<readonly z.infer<typeof Named>[]>;
  /** Serial of a volume by its name. */
  serialOf(volumeName: string): Promise<string>;
  /** Removes a host object that has no mappings; nothing when it is not there. */
  removeHost(name: string): Promise<void>;
  /** Sets a fault; its id. */
  fault(wanted: FaultRequest): Promise<number>;
  /** How often a fault fired. */
  fired(faultId: number): Promise<number>;
  /** Resolves when a fault has begun to fire. */
  hasFired(faultId: number): Promise<void>;
  clearFaults(): Promise<void>;
  close(): Promise<void>;
}

export async function viewArray(access: ArrayAccess): Promise<ArrayView> {
  const dispatcher = new Agent({ connect: { ca: await readFile(access.caFile, 'utf8') } });
  const authorization = `Basic ${Buffer.from(`${access.user}:${access.password}`).toString('base64')}`;
  const call = async (method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<unknown> => {
    const answer = await request(`${access.url}${path}`, {
      method,
      dispatcher,
      headers: { authorization, 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${String(answer.statusCode)} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  const list = async <ITEM>(collection: string, item: z.ZodType<ITEM>): Promise<readonly ITEM[]> =>
    z.object({ hits: z.array(item) }).parse(await call('GET', `/api/v2/${collection}?__limit=9999`)).hits;
  const fired = async (faultId: number): Promise<number> => {
    const { hits } = z.object({ hits: z.array(Fault) }).parse(await call('GET', '/__admin/faults'));
    return hits.find((one) => one.id === faultId)?.fired ?? 0;
  };
  return {
    systemId: async () => (await list('system/state', State))[0]?.system_id ?? '',
    snapshots: () => list('snapshots', Snapshot),
    groupSnapshots: async () =>
      (await list('snapshots', Snapshot)).filter((one) => one.source.ref.startsWith('/volume_groups/')),
    volsnaps: () => list('volsnaps', Volsnap),
    mappings: () => list('mappings', Mapping),
    volumes: () => list('volumes', Volume),
    hosts: () => list('hosts', Named),
    serialOf: async (volumeName) => {
      const volume = (await list('volumes', Volume)).find((one) => one.name === volumeName);
      if (volume === undefined) throw new Error(`the array has no volume ${volumeName}`);
      return volume.scsi_sn;
    },
    removeHost: async (name) => {
      const host = (await list('hosts', Named)).find((one) => one.name === name);
      if (host !== undefined) await call('DELETE', `/api/v2/hosts/${String(host.id)}`);
    },
    fault: async (wanted) => Fault.parse(await call('POST', '/__admin/faults', wanted)).id,
    fired,
    hasFired: async (faultId) => {
      await waitUntil(
        `fault ${String(faultId)} to fire`,
        20_000,
        async () => ((await fired(faultId)) > 0 ? true : undefined),
        10,
      );
    },
    clearFaults: async () => {
      await call('DELETE', '/__admin/faults');
    },
    close: () => dispatcher.close(),
  };
}
