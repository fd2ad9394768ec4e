import * as z from 'zod/mini';
import { arrayName } from '../../../shared/domain/array-names.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import { destinationOf } from '../destination.ts';
import { intended, mappingEffectId, viewEffectId } from '../effect-of.ts';
import { defineStep, stepInput } from '../step.ts';

/**
 * Makes a thin copy of each array snapshot the database needs, on the snapshot's array, and maps it to the destination host, which is created on
 * the array when absent. Undo: unmap, then remove the view. The array's host object stays: all clones of the host share it.
 */
export const mapVolumes = defineStep({
  name: 'map-volumes',
  input: z.object({ ...stepInput, destination: z.int() }),
  phase: 'forward',
  needs: ['store', 'arrays'],
  async run(deps, task, input) {
    // The clones are published: only the end of the flow is left to do.
    if (task.pastPointOfNoReturn) return { views: 0 };
    const { destination, snapshot, indices } = await destinationOf(deps.store, task, input.destination);
    const host = await deps.store.getHost(destination.hostId);
    if (host === undefined) throw new DomainError('Refused', `host '${destination.hostId}' is not registered any more`);
    const { sdpId } = snapshot;
    const array = await deps.arrays.of(sdpId);
    await array.ensureHost({ name: host.hostId, os: host.hostOs, iqn: host.hostIqn });
    for (const index of indices) {
      const source = snapshot.arraySnapshots[index];
      if (source === undefined) throw new DomainError('Internal', `the snapshot has no part ${String(index)}`);
      const viewId = viewEffectId(input.destination, index);
      const name = arrayName(task.requestId, viewId);
      const standing = `array-snapshot-${String(task.freezeRound)}-${String(index)}`;
      await deps.store.intend(
        intended(task.requestId, viewId, 'view', { name, sdpId, requires: [standing] }),
        task.attempt,
      );
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
