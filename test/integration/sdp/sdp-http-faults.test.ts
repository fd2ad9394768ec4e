import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { readPresentedCertificate } from '../../../shared/adapters/sdp-http/presented-certificate.ts';
import { createSdpHttp, type SdpHttpOptions } from '../../../shared/adapters/sdp-http/sdp-http.ts';
import { startTimeoutMs } from './sdp-contract.ts';
import { connectionTo, startRunningArray, type RunningArray } from './running-array.ts';

describe('sdp-http against an array that fails', () => {
  let array: RunningArray;
  let count = 0;
  const fresh = (role: string): string => `f-${role}-${(count += 1)}`;
  /** Fresh each time: its own connections, and its own knowledge of what the array does not answer. */
  const connect = (options: Partial<SdpHttpOptions> = {}) => createSdpHttp({ ...connectionTo(array), ...options });

  beforeAll(async () => {
    array = await startRunningArray();
  }, startTimeoutMs);
  afterEach(() => array.clearFaults());
  afterAll(() => array.close());

  it.each([
    ['the answer lost after the effect', { when: 'after', drop: true }],
    ['the connection lost before the effect', { when: 'before', drop: true }],
    ['503 before the effect', { when: 'before', status: 503 }],
    ['502 after the effect', { when: 'after', status: 502 }],
    ['429, twice', { when: 'before', status: 429, times: 2 }],
  ])('makes one snapshot: %s', async (_, fault) => {
    const { source } = await array.addVolumeGroup(fresh('vg'), [1024]);
    const name = fresh('snap');
    const fired = await array.fail({ call: 'POST snapshots', ...fault });
    const snapshot = await connect().ensureSnapshot(name, source);
    expect(await fired()).toBe('times' in fault ? fault.times : 1);
    expect(await connect().ensureSnapshot(name, source)).toEqual(snapshot);
    expect(await array.count('snapshots', `short_name=${name}`)).toBe(1);
  });

  it('makes one view, one host, one mapping when every first answer is lost, and takes all of it away the same way', async () => {
    const { source } = await array.addVolumeGroup(fresh('vg'), [1024, 1024]);
    const [snap, view, host] = [fresh('snap'), fresh('view'), fresh('host')];
    const sdp = connect();
    await sdp.ensureSnapshot(snap, source);
    const lost = { when: 'after', drop: true };
    const creations = ['POST snapshots', 'POST hosts', 'POST host_iqns', 'POST mappings'];
    const made = await Promise.all(creations.map((call) => array.fail({ call, ...lost })));
    expect((await sdp.ensureView(view, snap)).volumes).toHaveLength(2);
    await sdp.ensureHost({ name: host, os: 'Linux', iqn: `iqn.2026-01.test:${host}` });
    await sdp.ensureMapping(view, host);
    expect(await Promise.all(made.map((fired) => fired()))).toEqual([1, 1, 1, 1]);
    expect(await array.count('snapshots', `short_name=${view}`)).toBe(1);
    expect(await array.count('hosts', `name=${host}`)).toBe(1);

    const removals = ['DELETE mappings', 'DELETE snapshots'];
    const removed = await Promise.all(removals.map((call) => array.fail({ call, ...lost })));
    await sdp.removeMappings(view);
    await sdp.removeView(view);
    await sdp.removeSnapshot(snap);
    expect(await Promise.all(removed.map((fired) => fired()))).toEqual([1, 1]);
    expect(await array.count('mappings', '')).toBe(0);
    expect(await array.count('snapshots', `short_name__in=${view},${snap}`)).toBe(0);
  });

  it('finds the snapshot that the array was still making when an earlier call ran out of time', async () => {
    const { source } = await array.addVolumeGroup(fresh('vg'), [1024]);
    const name = fresh('snap');
    const fired = await array.fail({ call: 'POST snapshots', when: 'during', delay_ms: 1_500 });
    await expect(connect({ verbTimeoutMs: 1_000 }).ensureSnapshot(name, source)).rejects.toMatchObject({
      code: 'ArrayUnavailable',
    });
    const snapshot = await connect().ensureSnapshot(name, source);
    expect(await fired()).toBe(1);
    expect(snapshot.name).toBe(name);
    expect(await array.count('snapshots', `short_name=${name}`)).toBe(1);
  });

  it('reports an array that stays down as unavailable, within its time bound', async () => {
    const fired = await array.fail({ call: 'GET system/state', when: 'before', status: 500, times: 99 });
    const startedAt = performance.now();
    await expect(connect({ verbTimeoutMs: 1_000 }).describe()).rejects.toMatchObject({ code: 'ArrayUnavailable' });
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    expect(await fired()).toBeGreaterThan(1);
  });

  it('fails at once on an array that is down, and works again within five seconds of its return', async () => {
    const sdp = connect();
    const { sdpId } = await sdp.describe();
    await array.whileDown(async () => {
      await expect(sdp.describe()).rejects.toMatchObject({ code: 'ArrayUnavailable' });
      const startedAt = performance.now();
      await expect(sdp.describe()).rejects.toThrow(
        `array ${new URL(array.url).host} has not answered 6 times in a row; it is asked again in at most 3 s`,
      );
      expect(performance.now() - startedAt).toBeLessThan(100);
    });
    const again = await vi.waitFor(() => sdp.describe(), { timeout: 5_000, interval: 100 });
    expect(again.sdpId).toBe(sdpId);
  });

  it('speaks to the array whose certificate was looked at and pinned, and to no other', async () => {
    const { sha256, subject } = await readPresentedCertificate(array.url, 5_000);
    expect(subject).toBe('CN=localhost');
    const pinned = (digits: string) => connect({ trust: { kind: 'fingerprint', sha256: digits } }).describe();
    expect((await pinned(sha256)).state).toBe('ONLINE');
    await expect(pinned(sha256.replace(/^../, sha256.startsWith('00') ? '11' : '00'))).rejects.toMatchObject({
      code: 'ArrayRefused',
      message: expect.stringContaining(`its certificate is not the pinned one (presented ${sha256})`),
    });
  });

  it('says that the credentials are wrong, and does not say which they were', async () => {
    const password = 'wrong-Passw0rd';
    const error = await connect(connectionTo(array, { password }))
      .describe()
      .then(
        () => undefined,
        (reason: unknown) => reason,
      );
    expect(error).toMatchObject({ code: 'ArrayRefused', message: expect.stringContaining('credentials not accepted') });
    expect(JSON.stringify([error, String(error)])).not.toContain(password);
  });
});
