import { describe, expect, it } from 'vitest';
import { createSiteArrays } from '../../../shared/adapters/sdp-http/site-arrays.ts';
import type { RegisteredArray } from '../../../shared/domain/array.ts';
import type { SdpPort } from '../../../shared/ports/sdp.ts';
import { aMemoryArray, aRegisteredArray, nobody } from '../../builders/arrays.ts';

const anArray = (sdpId: string, about: Partial<RegisteredArray> = {}): RegisteredArray =>
  aRegisteredArray({ sdpId, url: `https://${sdpId}.example`, ...about });

const ownUrl = 'https://own.example';

/** Ids that the deployment's array was remembered by: the very first, and the last one at the URL it has now. */
interface Remembered {
  readonly first?: string;
  readonly here?: string;
}

/** Rows may be changed while the test runs; so may who answers where. */
function bed(rows: RegisteredArray[], own: SdpPort | null = aMemoryArray('own', () => 0), remembered: Remembered = {}) {
  let now = 0;
  const connected: string[] = [];
  const reads: string[] = [];
  const answering = new Map(rows.map((row): [string, SdpPort] => [row.url, aMemoryArray(row.sdpId, () => 0)]));
  const arrays = createSiteArrays({
    store: {
      getArray: async (sdpId) => {
        reads.push(sdpId);
        return rows.find((row) => row.sdpId === sdpId);
      },
      listArrays: async () => rows,
      getDeploymentArray: async (url) =>
        url === ownUrl && remembered.here !== undefined ? { sdpId: remembered.here, name: 'a' } : undefined,
      getUnnamedArray: async () => remembered.first,
    },
    clock: { nowMilliseconds: () => now },
    connect: ({ url }) => {
      connected.push(url);
      return answering.get(url) ?? nobody();
    },
    deployment: own === null ? null : { url: ownUrl, port: () => own },
  });
  return { arrays, answering, connected, reads, wait: (milliseconds: number) => (now += milliseconds) };
}

describe('the arrays of a site', () => {
  it('are found by their ids, and each is connected to once', async () => {
    const { arrays, connected, reads } = bed([anArray('a'), anArray('b')]);
    expect((await (await arrays.of('a')).describe()).sdpId).toBe('a');
    expect((await (await arrays.of('b')).describe()).sdpId).toBe('b');
    await arrays.of('a');
    expect({ connected, reads }).toEqual({ connected: ['https://a.example', 'https://b.example'], reads: ['a', 'b'] });
  });

  it.each(['', 'own'])('are the own one under the name "%s"', async (name) => {
    const own = aMemoryArray('own', () => 0);
    expect(await bed([], own).arrays.of(name)).toBe(own);
  });

  it.each<[string, Remembered]>([
    ['at another URL', { first: 'before', here: 'own' }],
    ['at this URL, when the array there was another', { here: 'before' }],
  ])('are for rows without a name the one that was remembered %s', async (_, remembered) => {
    const elsewhere = bed([], undefined, remembered).arrays;
    await expect(elsewhere.of('')).rejects.toMatchObject({
      code: 'ArrayRefused',
      message: 'array before is not registered',
    });
    const { arrays } = bed([anArray('before')], undefined, remembered);
    expect((await (await arrays.of('')).describe()).sdpId).toBe('before');
  });

  it('are that one also where the deployment has none any more', async () => {
    const { arrays } = bed([anArray('before')], null, { first: 'before' });
    expect((await (await arrays.of('')).describe()).sdpId).toBe('before');
  });

  it('are none for rows without a name where nothing is remembered and the deployment has none', async () => {
    await expect(bed([], null).arrays.of('')).rejects.toMatchObject({
      code: 'ArrayRefused',
      message: 'this is from before arrays had names, and nobody knows of which array: the deployment has none',
    });
  });

  it('do not take another array at the own address for the one that was there, a minute later at most', async () => {
    const own = { ...aMemoryArray('own', () => 0) };
    const { arrays, wait } = bed([], own);
    await arrays.of('own');
    own.describe = aMemoryArray('other', () => 0).describe;
    wait(60_000);
    await expect(arrays.of('own')).rejects.toMatchObject({ message: 'array own is not registered' });
    await expect(arrays.of('other')).resolves.toBe(own);
  });

  it('know a new own one at once, when it is asked for', async () => {
    const own = { ...aMemoryArray('own', () => 0) };
    const { arrays } = bed([], own);
    await arrays.of('own');
    own.describe = aMemoryArray('other', () => 0).describe;
    await expect(arrays.of('other')).resolves.toBe(own);
  });

  it('do not include one that nobody registered', async () => {
    const { arrays } = bed([]);
    await expect(arrays.of('x')).rejects.toMatchObject({ code: 'ArrayRefused', message: 'array x is not registered' });
  });

  it('include a registered one while the own one is silent', async () => {
    const { arrays } = bed([anArray('a')], nobody());
    await expect(arrays.of('a')).resolves.toBeDefined();
    await expect(arrays.of('x')).rejects.toMatchObject({ code: 'ArrayUnavailable' });
  });

  it('need no own one', async () => {
    const { arrays } = bed([anArray('a')], null);
    await expect(arrays.of('a')).resolves.toBeDefined();
    expect(arrays.own()).toBeNull();
    expect(await arrays.registered()).toEqual(['a']);
  });

  it('are listed without asking any of them', async () => {
    const { arrays } = bed([anArray('a'), anArray('b', { url: 'https://silent.example' })], nobody());
    expect(await arrays.registered()).toEqual(['a', 'b']);
  });

  it('refuse an address that leads to another array, and take it when it leads to the right one', async () => {
    const { arrays, answering } = bed([anArray('a')]);
    const other = aMemoryArray('z', () => 0);
    answering.set('https://a.example', { ...other });
    await expect(arrays.of('a')).rejects.toMatchObject({
      code: 'ArrayRefused',
      message: 'the address of array a leads to array z',
    });
  });

  it('ask again who it is when it was silent', async () => {
    const silent: { now: boolean } = { now: true };
    const { arrays, answering } = bed([anArray('a')]);
    const array = aMemoryArray('a', () => 0);
    answering.set('https://a.example', { ...array, describe: () => (silent.now ? nobody() : array).describe() });
    await expect(arrays.of('a')).rejects.toMatchObject({ code: 'ArrayUnavailable' });
    silent.now = false;
    await expect(arrays.of('a')).resolves.toBeDefined();
  });

  it('hear of a change after a minute, and keep the connection where nothing changed', async () => {
    const rows = [anArray('a')];
    const { arrays, answering, connected, wait } = bed(rows);
    await arrays.of('a');
    wait(60_000);
    await arrays.of('a');
    expect(connected).toHaveLength(1);
    rows[0] = anArray('a', { url: 'https://moved.example', version: 1_000_001 });
    answering.set(
      'https://moved.example',
      aMemoryArray('a', () => 0),
    );
    wait(59_999);
    await arrays.of('a');
    expect(connected).toHaveLength(1);
    wait(1);
    await arrays.of('a');
    expect(connected).toEqual(['https://a.example', 'https://moved.example']);
  });

  it('forget one that was deleted', async () => {
    const rows = [anArray('a')];
    const { arrays, wait } = bed(rows);
    await arrays.of('a');
    rows.length = 0;
    wait(60_000);
    await expect(arrays.of('a')).rejects.toMatchObject({ message: 'array a is not registered' });
  });
});
