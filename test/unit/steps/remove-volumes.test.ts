import { expect, it } from 'vitest';
import { removeVolumes } from '../../../functions/steps/remove-volumes/remove-volumes.ts';
import type { Clone } from '../../../shared/domain/clone.ts';
import type { Effect } from '../../../shared/domain/effect.ts';
import { aClone } from '../../builders/catalog.ts';
import { aRefreshPlan, aTask, anEffect } from '../../builders/task.ts';

type Deps = Parameters<typeof removeVolumes.run>[0];

/** A refresh whose row of the clone shows these views; the views that were removed. */
async function removedOf(clone: Clone, effects: readonly Effect[]): Promise<readonly string[]> {
  const removed: string[] = [];
  const array = {
    removeMappings: () => Promise.resolve(),
    removeView: (name: string) => Promise.resolve(void removed.push(name)),
  };
  const store = {
    getClones: () => Promise.resolve([clone]),
    listEffects: () => Promise.resolve(effects),
    intend: () => Promise.resolve(true),
    markDone: () => Promise.resolve(),
  };
  // The step reaches nothing else.
  const deps = { store, arrays: { of: () => Promise.resolve(array) } } as unknown as Deps;
  const task = aTask({ plan: aRefreshPlan(), pastPointOfNoReturn: true });
  await removeVolumes.run(deps, task, { request_id: task.requestId, attempt: 1 });
  return removed;
}

const database = {
  ...{ id: '9', name: 'sales_copy', vendor: 'postgres', status: 'ONLINE', files: [], mount_points: [] },
};
const swap = anEffect({
  effectId: 'swap',
  kind: 'swap',
  state: 'done',
  outcome: { databases: [{ attach_id: 'request-1.attach-0', database, backup_id: null }] },
});
const own = anEffect({ effectId: 'view-0-0', name: 'rp-new', state: 'done' });

it('removes the views of the clone that was replaced', async () => {
  expect(await removedOf(aClone({ views: ['rp-old'] }), [own, swap])).toEqual(['rp-old']);
});

it('that was held up until the task was published lets be what is in service', async () => {
  expect(await removedOf(aClone({ views: ['rp-new'] }), [own, swap])).toEqual([]);
});
