import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually, RETENTION } from './array-client.ts';
import { startedArray, type StartedArray } from './started-array.ts';

let array: StartedArray;
beforeAll(async () => {
  array = await startedArray();
});
afterAll(async () => {
  await array.stop();
});

afterEach(async () => {
  await array.call('DELETE', '/__admin/faults');
});

const group = (name: string) => array.call('POST', '/volume_groups', { name, quota: 0 });
const exists = async (name: string) => (await array.call('GET', `/volume_groups?name=${name}`)).body.total === 1;
const set = (request: object) => array.call('POST', '/__admin/faults', request);
const fault = (more: object) => set({ call: 'POST volume_groups', ...more });
const told = async (id: number) => (await array.call('GET', `/__admin/faults/${id}`)).body.hits[0];
const state = () => array.call('GET', '/system/state/1');

describe('faults', () => {
  it('fails the nth call without effect and tells that it fired', async () => {
    const { id } = (await fault({ nth: 2, when: 'before', status: 503 })).body;
    expect((await group('first')).status).toBe(201);
    expect((await group('second')).status).toBe(503);
    expect((await group('third')).status).toBe(201);
    expect(await exists('second')).toBe(false);
    expect(await told(id)).toMatchObject({ seen: 3, fired: 1, fired_at: expect.any(Number) });
  });

  it('loses the answer of a call that took effect', async () => {
    await fault({ when: 'after', drop: true });
    await expect(group('lost')).rejects.toThrow();
    expect(await exists('lost')).toBe(true);
  });

  it('matches calls on one object, and waits only when only a delay is asked for', async () => {
    await set({ call: 'DELETE volume_groups', when: 'before', status: 500 });
    const { id } = (await group('kept')).body;
    expect((await array.call('DELETE', `/volume_groups/${id}`)).status).toBe(500);
    expect(await exists('kept')).toBe(true);
    await fault({ when: 'after', delay_ms: 1 });
    expect((await group('late')).status).toBe(201);
  });

  it('is cleared, refuses nonsense, and asks for the same credentials', async () => {
    await fault({ when: 'before', status: 503 });
    expect((await array.call('DELETE', '/__admin/faults')).status).toBe(204);
    expect((await group('free')).status).toBe(201);
    expect((await fault({ when: 'sometimes' })).status).toBe(400);
    expect((await array.call('GET', '/__admin/faults', undefined, { authorization: '' })).status).toBe(401);
  });
});

describe('a fault that cannot act', () => {
  it.each([
    ['a call that is refused', { when: 'after', status: 502 }, async () => group('first')],
    ['a change without a middle', { call: '* *', when: 'during', delay_ms: 1 }, state],
    [
      'a sequence number that was used',
      { when: 'after', status: 502, nth: 2 },
      async () => {
        const numbered = () =>
          array.call('POST', '/volume_groups', { name: 'numbered', quota: 0 }, { 'x-k2-sequence': 'f=1' });
        await numbered();
        return numbered();
      },
    ],
  ])('%s: it waits for the next one', async (_what, request, call) => {
    const { id } = (await fault(request)).body;
    await call();
    expect(await told(id)).toMatchObject({ fired: 0, fired_at: null });
    expect((await told(id)).seen).toBeGreaterThan(0);
    await group(`acts-${id}`);
    expect(await told(id)).toMatchObject({ fired: 1 });
    await group(`over-${id}`);
    expect(await told(id)).toMatchObject({ fired: 1 });
  });
});

describe('faults of the whole array', () => {
  it('matches any method, any collection and the index, and bulks', async () => {
    const any = (await set({ call: '* *', delay_ms: 1, times: 100 })).body.id;
    const reads = (await set({ call: 'GET *', delay_ms: 1, times: 100 })).body.id;
    const groups = (await set({ call: '* volume_groups', delay_ms: 1, times: 100 })).body.id;
    await array.call('GET', '');
    await array.call('POST', '/volume_groups/__bulk', [{ name: 'wild', quota: 0 }]);
    await array.call('GET', '/volumes/1');
    expect([(await told(any)).fired, (await told(reads)).fired, (await told(groups)).fired]).toEqual([3, 2, 1]);
  });

  it.each(['MC_ERR_BUSY', 'MC_ERR_BUSY_SPECIFIC', 'MC_ERR_INPROGRESS', 'MC_ERR_START_TIMEOUT'])(
    'is busy with %s',
    async (busy) => {
      await fault({ busy });
      expect(await group('busy')).toMatchObject({
        status: 400,
        body: { error_msg: expect.stringMatching(new RegExp(`^${busy}:`)) },
      });
      expect(await exists('busy')).toBe(false);
    },
  );

  it('knows nobody for a number of calls', async () => {
    await set({ call: '* *', unauthorized: true, times: 2 });
    const refused = await state();
    expect(refused).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Basic realm="sdp"' } });
    expect([(await state()).status, (await state()).status]).toEqual([401, 200]);
  });

  it('fails from the nth call on for a time', async () => {
    const { id } = (await set({ call: 'GET system/state', nth: 2, for_seconds: 600, status: 503 })).body;
    expect([(await state()).status, (await state()).status, (await state()).status]).toEqual([200, 503, 503]);
    const { fired, fired_at, fires_until } = await told(id);
    expect(fired).toBe(2);
    expect(fires_until - fired_at).toBeLessThanOrEqual(600);
    await array.call('DELETE', `/__admin/faults/${id}`);
    await set({ call: 'GET system/state', for_seconds: 0.001, status: 503 });
    expect((await state()).status).toBe(503);
    await eventually(async () => ((await state()).status === 200 ? true : undefined));
  });

  it('is full for whatever needs new bytes, and does everything else', async () => {
    const groupId = (await group('full')).body.id;
    const volume = (name: string) => ({ name, size: 1024, volume_group: { ref: `/volume_groups/${groupId}` } });
    const kept = (await array.call('POST', '/volumes', volume('kept'))).body;
    const snapshot = { short_name: 's', source: { ref: `/volume_groups/${groupId}` }, retention_policy: RETENTION };
    const source = { ref: `/volume_groups/${groupId}` };
    const earlier = (await array.call('POST', '/snapshots', { ...snapshot, short_name: 'earlier' })).body;
    const onDisk = readdirSync(join(array.dataDir, 'volumes'));
    const { id } = (await set({ array_full: true })).body;
    const refusals = [
      await array.call('POST', '/volumes', volume('no')),
      await array.call('POST', '/volumes/__bulk', [volume('no')]),
      await array.call('POST', '/snapshots', snapshot),
      await array.call('PATCH', source.ref, { last_restored_from: { ref: `/snapshots/${earlier.id}` } }),
    ];
    for (const refusal of refusals)
      expect(refusal).toMatchObject({ status: 400, body: { error_msg: expect.stringContaining('array is full') } });
    expect((await group('needs-no-bytes')).status).toBe(201);
    expect((await array.call('PATCH', `/volumes/${kept.id}`, { size: 2048 })).status).toBe(200);
    expect(readdirSync(join(array.dataDir, 'volumes'))).toEqual(onDisk);
    expect(await told(id)).toMatchObject({ seen: 4, fired: 4 });
    await array.call('DELETE', `/__admin/faults/${id}`);
    expect((await array.call('POST', '/snapshots', snapshot)).status).toBe(201);
  });

  it('has a clock that is wrong for as long as it is asked for', async () => {
    const real = (await state()).body.system_time;
    const { id } = (await set({ clock_skew_seconds: -86_400 })).body;
    const { creation_time } = (await group('yesterday')).body;
    expect(creation_time).toBeLessThan(real - 86_000);
    expect((await state()).body.system_time).toBeLessThan(real - 86_000);
    expect(await told(id)).toMatchObject({ seen: 2, fired: 2 });
    await array.call('DELETE', `/__admin/faults/${id}`);
    expect((await state()).body.system_time).toBeGreaterThanOrEqual(real);
  });

  it.each([
    ['nothing to do', { call: 'GET volumes' }],
    ['two endings', { call: 'GET volumes', status: 500, drop: true }],
    ['a number and a time', { call: 'GET volumes', status: 500, times: 2, for_seconds: 1 }],
    ['an ending in the middle', { call: 'POST snapshots', when: 'during', status: 500 }],
    ['a middle of a read', { call: 'GET volumes', when: 'during', delay_ms: 1 }],
    ['a middle of a removal', { call: 'DELETE *', when: 'during', delay_ms: 1 }],
    ['a middle of a change that is no restore', { call: 'PATCH volumes', when: 'during', delay_ms: 1 }],
    ['a collection that is not there', { call: 'POST volume', status: 503 }],
    ['a busy word that drivers do not know', { call: 'GET volumes', busy: 'BUSY' }],
    ['two states at once', { array_full: true, clock_skew_seconds: 1 }],
    ['a call for a state', { array_full: true, call: 'POST volumes' }],
    ['no object', 'GET volumes'],
  ])('refuses %s', async (_what, request) => {
    expect((await array.call('POST', '/__admin/faults', request)).status).toBe(400);
    expect((await array.call('GET', '/__admin/faults')).body.total).toBe(0);
  });
});

describe('a restart', () => {
  const back = () => eventually(async () => state().catch(() => undefined));

  it('takes the array away before, after or in the middle of a call, and brings it back as it was', async () => {
    const groupId = (await group('survives')).body.id;
    const source = { ref: `/volume_groups/${groupId}` };
    await array.call('POST', '/volumes', { name: 'bytes', size: 1024, volume_group: source });
    const onDisk = readdirSync(join(array.dataDir, 'volumes'));
    const { id } = (await fault({ restart: true, delay_ms: 50 })).body;
    await expect(group('before')).rejects.toThrow();
    await back();
    await fault({ restart: true, when: 'after' });
    await expect(group('after')).rejects.toThrow();
    await back();
    await set({ call: 'POST snapshots', restart: true, when: 'during' });
    const body = { short_name: 's', source, retention_policy: RETENTION };
    await expect(array.call('POST', '/snapshots', body)).rejects.toThrow();
    await back();
    expect([await exists('survives'), await exists('before'), await exists('after')]).toEqual([true, false, true]);
    expect((await array.call('GET', '/snapshots?short_name=s&volume_group.ref=' + source.ref)).body.total).toBe(0);
    expect(readdirSync(join(array.dataDir, 'volumes'))).toEqual(onDisk);
    expect(await told(id)).toMatchObject({ fired: 1 });
    expect((await array.call('POST', '/snapshots', body)).status).toBe(201);
  });

  it('cuts off what else is under way', async () => {
    await set({ call: 'POST hosts', when: 'before', delay_ms: 600_000 });
    const waiting = array.call('POST', '/hosts', { name: 'cut-off', type: 'Linux' });
    const cut = expect(waiting).rejects.toThrow();
    await eventually(async () =>
      (await array.call('GET', '/__admin/faults')).body.hits[0].fired === 1 ? true : undefined,
    );
    await set({ call: 'GET volumes', restart: true });
    await expect(array.call('GET', '/volumes')).rejects.toThrow();
    await cut;
    await back();
    expect((await array.call('GET', '/hosts?name=cut-off')).body.total).toBe(0);
  });

  const occupied = async (port: string) => {
    const squatter = createServer();
    await eventually(
      () =>
        new Promise<true | undefined>((resolve) => {
          squatter.once('error', () => {
            resolve(undefined);
          });
          squatter.listen(Number(port), '127.0.0.1', () => {
            resolve(true);
          });
        }),
    );
    return squatter;
  };

  it('waits for its port, should somebody have taken it', async () => {
    const lines: string[] = [];
    const other = await startedArray({ report: (line) => lines.push(line) });
    await other.call('POST', '/__admin/faults', { call: '* *', restart: true, delay_ms: 300 });
    await expect(other.call('GET', '/volumes')).rejects.toThrow();
    const squatter = await occupied(new URL(other.url).port);
    await eventually(() => (lines.some((line) => line.includes('waits for it')) ? true : undefined));
    squatter.close();
    await eventually(async () => other.call('GET', '/volumes').catch(() => undefined));
    await other.stop();
  });

  it('gives up in good order when its port stays taken', async () => {
    const lines: string[] = [];
    let tell: (() => void) | undefined;
    const lost = new Promise<void>((resolve) => (tell = resolve));
    const other = await startedArray({
      report: (line) => lines.push(line),
      portPatienceMs: 1,
      onLost: () => tell?.(),
    });
    await other.call('POST', '/__admin/faults', { call: '* *', restart: true, delay_ms: 300 });
    await expect(other.call('GET', '/volumes')).rejects.toThrow();
    const { port } = new URL(other.url);
    const squatter = await occupied(port);
    await lost;
    expect(lines.at(-1)).toBe(`cannot come back: Error: port ${port} is in use by another process`);
    squatter.close();
    await other.stop();
  });

  it('does not keep the array from being stopped while it is away', async () => {
    const other = await startedArray();
    await other.call('POST', '/__admin/faults', { call: '* *', restart: true, delay_ms: 600_000 });
    await expect(other.call('GET', '/volumes')).rejects.toThrow();
    await expect(other.call('GET', '/volumes')).rejects.toThrow();
    await other.stop();
  });
});
