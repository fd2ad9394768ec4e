import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ArrayTrust, RegisteredArray } from '../../../shared/domain/array.ts';
import { Item } from '../../../shared/adapters/store-dynamodb/items.ts';
import { aClone } from '../../builders/catalog.ts';
import { aRegisteredArray } from '../../builders/arrays.ts';
import { aHost, aHostToken } from '../../builders/host.ts';
import { aSnapshotSchedule } from '../../builders/snapshot-schedule.ts';
import { aClonePlan, anAuditEntry, anEffect, aTask, noGuards } from '../../builders/task.ts';
import { fresh, startStoreBed, type StoreBed } from './store-bed.ts';

let bed: StoreBed;
beforeAll(async () => {
  bed = await startStoreBed();
}, 30_000);
afterAll(() => bed.stop());

const register = async (about: Partial<RegisteredArray> = {}): Promise<RegisteredArray> => {
  const array = aRegisteredArray({ sdpId: fresh('sdp'), ...about });
  expect(await bed.store.registerArray(array, anAuditEntry())).toBe('registered');
  return array;
};
const record = async (sdpId: string) =>
  await bed.store.recordTask(
    aTask({ requestId: fresh('task'), plan: aClonePlan({ sdpId }) }),
    anAuditEntry(),
    noGuards,
  );

describe('registering arrays', () => {
  it.each<ArrayTrust>([
    { kind: 'system' },
    { kind: 'ca', pem: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n' },
    { kind: 'fingerprint', sha256: 'AB:CD' },
  ])('gives back what was put (trust: $kind)', async (trust) => {
    const array = await register({ trust });
    expect(await bed.store.getArray(array.sdpId)).toEqual(array);
    expect(await bed.store.listArrays()).toContainEqual(array);
  });

  it('keeps the one that was first', async () => {
    const array = await register();
    expect(await bed.store.registerArray({ ...array, url: 'https://late' }, anAuditEntry())).toBe('exists');
    expect(await bed.store.getArray(array.sdpId)).toEqual(array);
  });

  it('changes it from the version that was read, once', async () => {
    const array = await register();
    const next = {
      ...array,
      url: 'https://moved',
      trust: { kind: 'ca', pem: 'p' } as const,
      version: array.version + 1,
    };
    expect(await bed.store.changeArray(next, anAuditEntry())).toBe(true);
    expect(await bed.store.changeArray({ ...next, url: 'https://late' }, anAuditEntry())).toBe(false);
    expect(await bed.store.getArray(array.sdpId)).toEqual(next);
  });

  it('remembers the array of a deployment by its URL', async () => {
    const url = `https://${fresh('own')}`;
    expect(await bed.store.getDeploymentArray(url)).toBeUndefined();
    await bed.store.rememberDeploymentArray(url, { sdpId: 's', name: 'n' });
    expect(await bed.store.getDeploymentArray(url)).toEqual({ sdpId: 's', name: 'n' });
    expect(await bed.store.listDeploymentArrays()).toContainEqual({ sdpId: 's', name: 'n' });
  });

  it('keeps the very first of them for rows without a name, whatever answers later, here or elsewhere', async () => {
    const first = await bed.store.getUnnamedArray();
    if (first === undefined) throw new Error('none was remembered');
    await bed.store.rememberDeploymentArray(`https://${fresh('own')}`, { sdpId: 'another', name: 'n' });
    expect(await bed.store.getUnnamedArray()).toBe(first);
  });
});

describe('a removal', () => {
  it('of an array nobody registered marks nothing', async () => {
    const sdpId = fresh('sdp');
    expect(await bed.store.beginRemoval(sdpId, 'removal-1', 2000)).toBeUndefined();
    expect(await bed.store.getArray(sdpId)).toBeUndefined();
  });

  it('keeps tasks and hosts from it, and lets them in again when it ends', async () => {
    const { sdpId } = await register();
    const marked = await bed.store.beginRemoval(sdpId, 'removal-1', 2000);
    expect(marked).toMatchObject({ removalId: 'removal-1', removingSinceSeconds: 2000 });
    const host = aHost({ hostId: fresh('host'), sdpId });
    expect(await record(sdpId)).toBe('removing');
    expect(await bed.store.register(host, aHostToken(host), anAuditEntry())).toBe('removing');
    expect(await bed.store.changeArray(aRegisteredArray({ sdpId, version: 1_000_001 }), anAuditEntry())).toBe(false);
    await bed.store.endRemoval(sdpId, 'removal-1');
    expect(await record(sdpId)).toBe('recorded');
    expect(await bed.store.register(host, aHostToken(host), anAuditEntry())).toBe('registered');
  });

  it('that another took the place of neither ends nor forgets anything', async () => {
    const { sdpId } = await register();
    await bed.store.beginRemoval(sdpId, 'removal-1', 2000);
    await bed.store.beginRemoval(sdpId, 'removal-2', 2001);
    await bed.store.endRemoval(sdpId, 'removal-1');
    expect(await bed.store.forgetArray(sdpId, 'removal-1', anAuditEntry())).toBe(false);
    expect(await bed.store.getArray(sdpId)).toMatchObject({ removalId: 'removal-2' });
    expect(await bed.store.forgetArray(sdpId, 'removal-2', anAuditEntry())).toBe(true);
    expect(await bed.store.getArray(sdpId)).toBeUndefined();
  });

  it('keeps the runs of schedules from it, which come again with the next tick', async () => {
    const { sdpId } = await register();
    const schedule = aSnapshotSchedule({ scheduleId: fresh('schedule') });
    await bed.store.putSnapshotSchedule(schedule);
    const next = { ...schedule, nextDueSeconds: 7000 };
    const run = { task: aTask({ requestId: fresh('task'), plan: aClonePlan({ sdpId }) }), audit: anAuditEntry() };
    await bed.store.beginRemoval(sdpId, 'removal-1', 2000);
    expect(await bed.store.claimSnapshotSchedule(schedule, next, run)).toBe('missed');
    expect(await bed.store.getSnapshotSchedule(schedule.scheduleId)).toEqual(schedule);
    await bed.store.endRemoval(sdpId, 'removal-1');
    expect(await bed.store.claimSnapshotSchedule(schedule, next, run)).toBe('claimed');
    expect(await bed.store.claimSnapshotSchedule(next, { ...next, nextDueSeconds: 8000 }, run)).toBe('known');
  });

  it('of one array is no matter to others, nor to the one that has no row', async () => {
    const { sdpId } = await register();
    await bed.store.beginRemoval(sdpId, 'removal-1', 2000);
    expect(await record(fresh('sdp'))).toBe('recorded');
    expect(await record('')).toBe('recorded');
  });
});

describe('rows written before arrays had names', () => {
  it("are of the deployment's own", () => {
    const { sdpId: _plan, ...plan } = aClonePlan();
    const { sdpId: _effect, ...effect } = anEffect();
    const { sdpId: _clone, ...clone } = aClone();
    expect(Item.task({ ...aTask(), plan } as never).plan.sdpId).toBe('');
    expect(Item.effect(effect as never).sdpId).toBe('');
    expect(Item.clone(clone as never).sdpId).toBe('');
  });
});
