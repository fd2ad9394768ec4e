import { readFile } from 'node:fs/promises';
import { Agent, request } from 'undici';
import { z } from 'zod';

/** How to reach an array. */
export interface ArrayAccess {
  readonly url: string;
  readonly caFile: string;
  readonly user: string;
  readonly password: string;
}

/** A volume group with its volumes, seen by one host. Every name is unique on the array. */
export interface ProvisionRequest {
  readonly volumeGroup: string;
  readonly volumes: readonly { readonly name: string; readonly sizeKib: number }[];
  readonly host: ArrayHost;
}

export interface ArrayHost {
  readonly name: string;
  readonly type: string;
  readonly iqn: string;
}

export interface Provisioned {
  readonly volumeGroupId: number;
  readonly hostId: number;
  /** In the order of the request. On the host, `DATA/hosts/<host name>/<serial>` is the disk. */
  readonly volumes: readonly { readonly name: string; readonly id: number; readonly serial: string }[];
}

type Fields = Readonly<Record<string, unknown>>;

const object = z.looseObject({ id: z.number(), scsi_sn: z.string().optional() });
type ArrayObject = z.infer<typeof object>;

const list = z.object({ hits: z.array(object) });

interface Client {
  /** The one object that the filter finds, made with `fields` if there is none. */
  ensure(collection: string, filter: Readonly<Record<string, string>>, fields: Fields): Promise<ArrayObject>;
  close(): Promise<void>;
}

async function connect(access: ArrayAccess): Promise<Client> {
  const dispatcher = new Agent({ connect: { ca: await readFile(access.caFile, 'utf8') } });
  const authorization = `Basic ${Buffer.from(`${access.user}:${access.password}`).toString('base64')}`;
  const call = async (method: 'GET' | 'POST', path: string, body?: Fields): Promise<unknown> => {
    const answer = await request(`${access.url}/api/v2/${path}`, {
      method,
      dispatcher,
      headers: { authorization, 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`);
    return JSON.parse(text);
  };
  return {
    ensure: async (collection, filter, fields) => {
      const { hits } = list.parse(await call('GET', `${collection}?${new URLSearchParams(filter).toString()}`));
      return hits[0] ?? object.parse(await call('POST', collection, { ...filter, ...fields }));
    },
    close: () => dispatcher.close(),
  };
}

async function ensureHost(client: Client, wanted: ArrayHost): Promise<ArrayObject> {
  const host = await client.ensure('hosts', { name: wanted.name }, { type: wanted.type });
  await client.ensure('host_iqns', { iqn: wanted.iqn }, { host: { ref: `/hosts/${host.id}` } });
  return host;
}

/** Makes a host with its initiator, unless they are there. Throws with the array's message when it refuses. */
export async function provisionHost(access: ArrayAccess, wanted: ArrayHost): Promise<void> {
  const client = await connect(access);
  try {
    await ensureHost(client, wanted);
  } finally {
    await client.close();
  }
}

/**
 * Makes a volume group, its volumes, a host with its initiator and the mappings, as an operator would: what is there
 * under these names is left as it is. May be repeated. Throws with the array's message when it refuses.
 */
export async function provision(access: ArrayAccess, wanted: ProvisionRequest): Promise<Provisioned> {
  const client = await connect(access);
  try {
    const group = await client.ensure('volume_groups', { name: wanted.volumeGroup }, { quota: 0 });
    const host = await ensureHost(client, wanted.host);
    const hostRef = `/hosts/${host.id}`;
    const volumes: Provisioned['volumes'][number][] = [];
    for (const { name, sizeKib } of wanted.volumes) {
      const volume = await client.ensure(
        'volumes',
        { name },
        { size: sizeKib, volume_group: { ref: `/volume_groups/${group.id}` } },
      );
      const volumeRef = `/volumes/${volume.id}`;
      await client.ensure(
        'mappings',
        { 'host.ref': hostRef, 'volume.ref': volumeRef },
        { host: { ref: hostRef }, volume: { ref: volumeRef } },
      );
      volumes.push({ name, id: volume.id, serial: volume.scsi_sn ?? '' });
    }
    return { volumeGroupId: group.id, hostId: host.id, volumes };
  } finally {
    await client.close();
  }
}
