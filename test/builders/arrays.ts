import type { RegisteredArray } from '../../shared/domain/array.ts';
import { createSdpMemory, type SdpMemory } from '../../shared/adapters/sdp-memory/sdp-memory.ts';
import { arrayUnavailable, DomainError } from '../../shared/domain/errors.ts';
import type { Arrays } from '../../shared/ports/arrays.ts';
import type { SdpPort } from '../../shared/ports/sdp.ts';

/** Registered at second 1000 and not being removed. */
export const aRegisteredArray = (about: Partial<RegisteredArray> = {}): RegisteredArray => ({
  sdpId: 'sdp-2',
  name: 'array-2',
  url: 'https://array-2.example',
  secretId: 'reprise/sdp',
  trust: { kind: 'system' },
  registeredAtSeconds: 1000,
  version: 1_000_000,
  removalId: '',
  removingSinceSeconds: 0,
  ...about,
});

interface TestArray {
  readonly sdpId: string;
  readonly port: SdpPort;
}

/** An array in memory that says it is this one. */
export function aMemoryArray(sdpId: string, now: () => number): SdpMemory {
  const memory = createSdpMemory({ now });
  return { ...memory, describe: async () => ({ ...(await memory.describe()), sdpId, name: `array-${sdpId}` }) };
}

/** A site whose own array is the first; the others were registered. */
export const arraysOf = (own: TestArray, ...registered: readonly TestArray[]): Arrays => ({
  of: async (sdpId) => {
    const found = [own, { sdpId: '', port: own.port }, ...registered].find((array) => array.sdpId === sdpId);
    if (found === undefined) throw new DomainError('ArrayRefused', `array ${sdpId} is not registered`);
    return found.port;
  },
  own: () => own.port,
  registered: async () => registered.map(({ sdpId }) => sdpId),
});

/** Where nobody answers. */
export function nobody(): SdpPort {
  const silent = createSdpMemory({ now: () => 0 });
  const noAnswer = () => Promise.reject(arrayUnavailable('say what it is', new Error('no route to host')));
  return { ...silent, describe: noAnswer, capacity: noAnswer, locateVolumes: noAnswer };
}
