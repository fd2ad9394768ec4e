import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startedArray, type StartedArray } from './started-array.ts';

let array: StartedArray;
beforeAll(async () => {
  array = await startedArray();
});
afterAll(async () => {
  await array.stop();
});

const group = (name: string) => array.call('POST', '/volume_groups', { name, quota: 0 });
const exists = async (name: string) => (await array.call('GET', `/volume_groups?name=${name}`)).body.total === 1;
const fault = (more: object) => array.call('POST', '/__admin/faults', { call: 'POST volume_groups', ...more });

describe('faults', () => {
  it('fails the nth call without effect and tells that it fired', async () => {
    const { id } = (await fault({ nth: 2, when: 'before', status: 503 })).body;
    expect((await group('first')).status).toBe(201);
    expect((await group('second')).status).toBe(503);
    expect((await group('third')).status).toBe(201);
    expect(await exists('second')).toBe(false);
    const [told] = (await array.call('GET', `/__admin/faults/${id}`)).body.hits;
    expect(told).toMatchObject({ seen: 3, fired: 1, fired_at: expect.any(Number) });
  });

  it('loses the answer of a call that took effect', async () => {
    await fault({ when: 'after', drop: true });
    await expect(group('lost')).rejects.toThrow();
    expect(await exists('lost')).toBe(true);
  });

  it('matches calls on one object, and waits only when only a delay is asked for', async () => {
    await array.call('POST', '/__admin/faults', { call: 'DELETE volume_groups', when: 'before', status: 500 });
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
