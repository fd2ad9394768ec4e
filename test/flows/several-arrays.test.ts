/** A site with two arrays: what is done, undone and deleted goes to the array that the source lies on, and to no other. */
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { DomainError } from '../../shared/domain/errors.ts';
import { useDatabase } from '../api/test-database.ts';
import { drive } from './bed/ending.ts';
import { failBefore } from './bed/step-hooks.ts';
import { createWorld, otherHostId, secondArrayId, sourceHostId, type World } from './bed/world.ts';

vi.setConfig({ testTimeout: 100_000 });
const freshTable = useDatabase();
const Asked = z.object({ request_id: z.string() });
const far = { id: '8', name: 'far', serials: ['0a00f001'] } as const;

/** Verbs that only look. Disks that nobody knows are looked for on every array. */
const looks: ReadonlySet<string> = new Set(['describe', 'capacity', 'locateVolumes']);

/** A world with a database on the second array; shows at its end that nothing was asked of the first but looks. */
const inWorld = async (body: (world: World) => Promise<void>): Promise<void> => {
  const world = await createWorld(await freshTable());
  try {
    world.second.memory.addVolumeGroup('vg-far', [{ name: 'far', serial: far.serials[0], sizeMib: 64 }]);
    world.agent(sourceHostId).host.add(far);
    await world.agent(sourceHostId).beat();
    await body(world);
    expect(world.array.verbs.filter((verb) => !looks.has(verb))).toEqual([]);
    expect(world.troubles()).toEqual([]);
  } finally {
    await world.stop();
  }
};

const askForClone = async (world: World): Promise<string> => {
  const destinations = [{ host_id: otherHostId, db_id: far.id, db_name: 'far_test' }];
  const body = { source_host_id: sourceHostId, destinations };
  return Asked.parse(await world.ask('create-clone', { body })).request_id;
};

const nothing = { snapshots: [], views: [], mappings: [] };

describe.concurrent('a database on the second array', () => {
  it('is cloned there, and its clone and its snapshot are deleted there', () =>
    inWorld(async (world) => {
      const { task } = await drive(world, await askForClone(world));
      expect(task.state).toBe('done');
      expect(world.second.memory.contents()).toMatchObject({
        snapshots: [{ source: 'vg-far' }],
        views: [{}],
        mappings: [{ host: otherHostId }],
      });
      expect(await world.store.listSnapshots()).toMatchObject([{ sdpId: secondArrayId }]);
      expect((await world.store.listEffects(task.requestId)).filter(({ sdpId }) => sdpId !== '')).toMatchObject([
        { kind: 'array-snapshot', sdpId: secondArrayId },
        { kind: 'mapping', sdpId: secondArrayId },
        { kind: 'view', sdpId: secondArrayId },
      ]);
      const [clone] = await world.store.listClones();
      if (clone === undefined) throw new Error('no clone was made');
      const body = { host_id: clone.hostId, database_id: clone.dbId };
      await drive(world, Asked.parse(await world.ask('delete-clone', { body })).request_id);
      await world.ask('delete-snapshot', { path: { snapshot_id: task.snapshotId } });
      expect(world.second.memory.contents()).toMatchObject(nothing);
    }));

  it('is undone there when its clone fails', () =>
    inWorld(async (world) => {
      world.hooks.set('complete-clone', failBefore);
      const { task, ticks } = await drive(world, await askForClone(world));
      expect({ state: task.state, ticks }).toEqual({ state: 'failed', ticks: 0 });
      expect(world.second.verbs).toContain('removeView');
      expect(world.second.memory.contents()).toMatchObject(nothing);
    }));

  it('keeps what could not be undone there, by the name of the array, until it can', () =>
    inWorld(async (world) => {
      world.hooks.set('complete-clone', failBefore);
      const refusal = new DomainError('ArrayRefused', 'the array refused to do what was planted: it is a test');
      world.second.memory.fail({ verb: 'removeSnapshot', nth: 1, when: 'before', error: refusal });
      const requestId = await askForClone(world);
      await world.idle();
      expect(await world.task(requestId)).toMatchObject({
        state: 'needs_attention',
        leftovers: [expect.stringMatching(/^snapshot \S+ on array 4243/)],
      });
      const { task } = await drive(world, requestId);
      expect(task.state).toBe('failed');
      expect(world.second.memory.contents()).toMatchObject(nothing);
    }));

  it('is in no snapshot with a database on the first', () =>
    inWorld(async (world) => {
      const destinations = ['7', far.id].map((id) => ({ host_id: otherHostId, db_id: id, db_name: `copy_${id}` }));
      const asked = world.ask('create-clone', { body: { source_host_id: sourceHostId, destinations } });
      await expect(asked).rejects.toMatchObject({ issues: [{ issue_type: 'SDP_MISMATCH' }] });
    }));
});
