/** What the array itself lists over its REST API, asked as its operator would, without the product. */
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'undici';
import { z } from 'zod';
import type { ArrayAccess } from '../array/provision.ts';

const ArrayObject = z.looseObject({
  id: z.number(),
  name: z.string().nullish(),
  data_creation_time: z.number().nullish(),
  source: z.object({ ref: z.string() }).nullish(),
});
export type ArrayObject = z.infer<typeof ArrayObject>;

const Page = z.object({ hits: z.array(ArrayObject) });

export const collections = [
  'volume_groups',
  'volumes',
  'snapshots',
  'volsnaps',
  'hosts',
  'host_iqns',
  'mappings',
] as const;
export type Collection = (typeof collections)[number];
export type ArrayListing = Readonly<Record<Collection, readonly ArrayObject[]>>;

const pageSize = 1000;

/** Everything of the kinds that the product makes. */
export async function listArray(access: ArrayAccess): Promise<ArrayListing> {
  const dispatcher = new Agent({ connect: { ca: await readFile(access.caFile, 'utf8') } });
  const authorization = `Basic ${Buffer.from(`${access.user}:${access.password}`).toString('base64')}`;
  const all = async (collection: Collection): Promise<readonly ArrayObject[]> => {
    const answer = await request(`${access.url}/api/v2/${collection}?__limit=${String(pageSize)}`, {
      dispatcher,
      headers: { authorization },
    });
    const text = await answer.body.text();
    if (answer.statusCode !== 200)
      throw new Error(`the array's list of ${collection} was answered ${String(answer.statusCode)}`);
    const { hits } = Page.parse(JSON.parse(text));
    if (hits.length === pageSize) throw new Error(`the array lists more ${collection} than the demo looks at`);
    return hits;
  };
  try {
    const [volume_groups, volumes, snapshots, volsnaps, hosts, host_iqns, mappings] = await Promise.all([
      all('volume_groups'),
      all('volumes'),
      all('snapshots'),
      all('volsnaps'),
      all('hosts'),
      all('host_iqns'),
      all('mappings'),
    ]);
    return { volume_groups, volumes, snapshots, volsnaps, hosts, host_iqns, mappings };
  } finally {
    await dispatcher.close();
  }
}
