import * as z from 'zod/mini';
import { arrayName } from '../../../shared/domain/array-names.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import { copyOf } from '../copy.ts';
import { arraySnapshotEffectId, intended, mappingEffectId, viewEffectId } from '../effect-of.ts';
import { defineStep, stepInput } from '../step.ts';

/**
 * Makes a thin copy of each array snapshot the database needs, on the snapshot's array, and maps it to the host, which
 * is created on the array when absent. Undo: unmap, then remove the view. The array's host object stays: all clones of the host share it.
 */
export const mapVolumes = defineStep({
  name: 'map-volumes',
  input: z.object({ ...stepInput, destination: z.int() }),
  phase: 'forward',
  needs: ['store', 'arrays', 'clock'],
  async run(deps, task, input) {
    // The copies are published, or took their places: only the end of the flow is left to do.
    if (task.pastPointOfNoReturn) return { views: 0 };
    // Where nothing is waited for, this is the first step.
    if (task.state === 'queued') await deps.store.markRunning(task.requestId, nowSeconds(deps.clock));
    const { copy, snapshot, indices } = await copyOf(deps.store, task, input.destination);
    const host = await deps.store.getHost(copy.hostId);
    if (host === undefined) throw new DomainError('Refused', `host '${copy.hostId}' is not registered any more`);
    const { sdpId } = snapshot;
    const array = await deps.arrays.of(sdpId);
    await array.ensureHost({ name: host.hostId, os: host.hostOs, iqn: host.hostIqn });
    for (const index of indices) {
      const source = snapshot.arraySnapshots[index];
      if (source === undefined) throw new DomainError('Internal', `the snapshot has no part ${String(index)}`);
      const viewId = viewEffectId(input.destination, index);
      const name = arrayName(task.requestId, viewId);
      // A snapshot that was there before is not undone.
      const requires = task.snapshotId === '' ? [] : [arraySnapshotEffectId(task.freezeRound, index)];
      await deps.store.intend(intended(task.requestId, viewId, 'view', { name, sdpId, requires }), task.attempt);
      const view = await array.ensureView(name, source.name);
      await deps.store.markDone(task.requestId, viewId, { volumes: view.volumes.map((one) => ({ ...one })) });
      const mappingId = mappingEffectId(input.destination, index);
      await deps.store.intend(
        intended(task.requestId, mappingId, 'mapping', { name, sdpId, requires: [viewId] }),
        task.attempt,
      );
      await array.ensureMapping(name, host.hostId);
      await deps.store.markDone(task.requestId, mappingId, {});
    }
    return { views: indices.length };
  },
});
