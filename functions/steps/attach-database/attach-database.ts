import * as z from 'zod/mini';
import { DomainError } from '../../../shared/domain/errors.ts';
import { sendCommand } from '../../../shared/use-cases/agent-command.ts';
import { attachIdOf } from '../attach-id.ts';
import { copyOf } from '../copy.ts';
import { attachEffectId, intended, mappingEffectId, viewEffectId } from '../effect-of.ts';
import { ViewOutcome } from '../outcomes.ts';
import { defineStep, stepInput } from '../step.ts';

/** Has the destination's agent make a database of the mapped volumes. Undo: detach, found by the attach id. */
export const attachDatabase = defineStep({
  name: 'attach-database',
  input: z.object({ ...stepInput, token: z.string(), destination: z.int() }),
  phase: 'forward',
  needs: ['store', 'flows', 'agents', 'clock', 'settings'],
  async run(deps, task, input) {
    // The copies are published, or took their places.
    if (task.pastPointOfNoReturn) {
      await deps.flows.succeed(input.token, {});
      return { sent: false };
    }
    const { plan, copy, database, indices } = await copyOf(deps.store, task, input.destination);
    const effects = await deps.store.listEffects(task.requestId);
    const copies = indices.flatMap((index) => {
      const view = effects.find((effect) => effect.effectId === viewEffectId(input.destination, index));
      return view === undefined ? [] : ViewOutcome.parse(view.outcome).volumes.map((volume) => ({ ...volume, index }));
    });
    const volumes = database.volumes.map((volume) => {
      const found = copies.find((one) => one.volumeId === volume.volumeId && one.index === volume.snapshotIndex);
      if (found === undefined) throw new DomainError('Internal', `no copy of volume ${volume.serial} was made`);
      return { source_serial: volume.serial, serial: found.serial };
    });
    const effectId = attachEffectId(input.destination);
    const requires = indices.map((index) => mappingEffectId(input.destination, index));
    await deps.store.intend(
      intended(task.requestId, effectId, 'attach', { name: copy.dbName, hostId: copy.hostId, requires }),
      task.attempt,
    );
    await sendCommand(deps, task, {
      hostId: copy.hostId,
      kind: 'attach',
      effectId,
      purpose: 'do',
      token: input.token,
      validSeconds: deps.settings.agentCommandTimeoutSeconds,
      arguments: {
        attach_id: attachIdOf(task.requestId, effectId),
        db_name: copy.dbName,
        vendor: database.vendor,
        target_state: plan.targetState,
        staged: copy.isStaged,
        source: {
          database_id: database.dbId,
          database_name: database.dbName,
          restore_point: database.restorePoint,
          volumes,
        },
      },
    });
    return { sent: true };
  },
});
