import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Effect, EffectState } from '../../../shared/domain/effect.ts';
import { aCommand, anAuditEntry, anEffect, aTask, noGuards } from '../../builders/task.ts';
import { fresh, startStoreBed, type StoreBed } from './store-bed.ts';

let bed: StoreBed;
beforeAll(async () => {
  bed = await startStoreBed();
}, 30_000);
afterAll(() => bed.stop());

const attempt = 3;
/** A task in its third attempt; its id. */
const recorded = async (): Promise<string> => {
  const task = aTask({ requestId: fresh('request'), attempt });
  await bed.store.recordTask(task, anAuditEntry(), noGuards);
  return task.requestId;
};
const standing = async (state: EffectState): Promise<Effect> => {
  const effect = anEffect({ requestId: await recorded(), name: 'standing', state, outcome: { array_id: 7 } });
  await bed.store.intend(effect, attempt);
  return effect;
};
const read = (effect: Effect) => bed.store.getEffect(effect.requestId, effect.effectId);

describe('the journal', () => {
  it.each([
    { state: 'intended' as const, kept: true },
    { state: 'done' as const, kept: true },
    { state: 'undone' as const, kept: false },
  ])('intending again keeps a row that is $state: $kept', async ({ state, kept }) => {
    const effect = await standing(state);
    const again = anEffect({ requestId: effect.requestId, name: 'again' });
    expect(await bed.store.intend(again, attempt)).toBe(!kept);
    expect(await read(effect)).toEqual(kept ? effect : again);
  });

  it.each([
    ['before it', attempt - 1],
    ['not made yet', attempt + 1],
  ])('takes no intent of an attempt %s, over whatever stands', async (_which, other) => {
    const refused = { code: 'StaleAttempt', retryable: false };
    const effect = anEffect({ requestId: await recorded() });
    await expect(bed.store.intend(effect, other)).rejects.toMatchObject(refused);
    expect(await bed.store.listEffects(effect.requestId)).toEqual([]);
    for (const state of ['intended', 'done', 'undone'] as const) {
      const stands = await standing(state);
      await expect(bed.store.intend({ ...stands, name: 'late' }, other)).rejects.toMatchObject(refused);
      expect(await read(stands)).toEqual(stands);
    }
  });

  it('takes no intent from the moment on at which the next attempt is claimed', async () => {
    const requestId = await recorded();
    await bed.store.claimAttempt({ requestId, attempt, pastPointOfNoReturn: false }, 'unwind', '', 2000);
    await expect(bed.store.intend(anEffect({ requestId }), attempt)).rejects.toMatchObject({ code: 'StaleAttempt' });
    expect(await bed.store.listEffects(requestId)).toEqual([]);
  });

  it('takes no intent for a task nobody recorded', async () => {
    const effect = anEffect({ requestId: fresh('request') });
    await expect(bed.store.intend(effect, 1)).rejects.toMatchObject({ code: 'StaleAttempt' });
    expect(await bed.store.listEffects(effect.requestId)).toEqual([]);
  });

  it.each([
    { state: 'intended' as const, written: true },
    { state: 'done' as const, written: true },
    { state: 'undone' as const, written: false },
  ])('done is noted over $state: $written', async ({ state, written }) => {
    const effect = await standing(state);
    await bed.store.markDone(effect.requestId, effect.effectId, { array_id: 8 });
    expect(await read(effect)).toEqual(written ? { ...effect, state: 'done', outcome: { array_id: 8 } } : effect);
  });

  it.each(['intended', 'done', 'undone'] as const)('undone and blocked are noted over %s', async (state) => {
    const effect = await standing(state);
    await bed.store.markBlocked(effect.requestId, effect.effectId, 3, 'silent');
    expect(await read(effect)).toEqual({ ...effect, blockedAttempt: 3, blockedReason: 'silent' });
    await bed.store.markUndone(effect.requestId, effect.effectId);
    expect(await read(effect)).toEqual({ ...effect, state: 'undone', blockedAttempt: 3, blockedReason: 'silent' });
  });

  it.each(['intended', 'done', 'undone'] as const)('a refusal is noted over %s, as undone', async (state) => {
    for (const wasTried of [true, false]) {
      const effect = await standing(state);
      await bed.store.markRefused(effect.requestId, effect.effectId, attempt, wasTried);
      expect(await read(effect)).toEqual({ ...effect, state: 'undone' });
    }
  });

  it.each([
    { wasTried: true, state: 'undone' },
    { wasTried: false, state: 'intended' },
  ] as const)(
    'a refusal of what an earlier attempt had asked for too, tried $wasTried, leaves it $state',
    async ({ wasTried, state }) => {
      const effect = await standing('intended');
      const { requestId } = effect;
      await bed.store.claimAttempt({ requestId, attempt, pastPointOfNoReturn: false }, 'forward', '', 2000);
      // Kept: the row is the earlier attempt's.
      expect(await bed.store.intend(effect, attempt + 1)).toBe(false);
      await bed.store.markRefused(requestId, effect.effectId, attempt + 1, wasTried);
      expect(await read(effect)).toEqual({ ...effect, state });
    },
  );

  it.each([
    ['before it', attempt - 1],
    ['not made yet', attempt + 1],
  ])('takes no refusal of an attempt %s', async (_which, other) => {
    const effect = await standing('intended');
    await bed.store.markRefused(effect.requestId, effect.effectId, other, true);
    expect(await read(effect)).toEqual(effect);
  });

  it('makes no row of what was never intended', async () => {
    const requestId = await recorded();
    await bed.store.markRefused(requestId, 'view-0-0', attempt, true);
    await bed.store.markDone(requestId, 'view-0-0', {});
    await bed.store.markUndone(requestId, 'view-0-0');
    await bed.store.markBlocked(requestId, 'view-0-0', 1, 'x');
    expect(await bed.store.listEffects(requestId)).toEqual([]);
  });

  it('lists effects and commands of one task apart', async () => {
    const requestId = await recorded();
    const effects = ['attach-0', 'view-0-0'].map((effectId) => anEffect({ requestId, effectId }));
    const command = aCommand({ requestId });
    for (const effect of effects) await bed.store.intend(effect, attempt);
    await bed.store.putCommand(command);
    expect(await bed.store.listEffects(requestId)).toEqual(effects);
    expect(await bed.store.listCommands(requestId)).toEqual([command]);
  });
});

describe('commands', () => {
  it('sent again carries the newest token', async () => {
    const command = aCommand({ requestId: fresh('request') });
    await bed.store.putCommand(command);
    await bed.store.putCommand({ ...command, token: 'newer' });
    expect(await bed.store.getCommand(command.requestId, command.commandId)).toEqual({ ...command, token: 'newer' });
  });
  it('is settled, and not made by settling', async () => {
    const command = aCommand({ requestId: fresh('request') });
    await bed.store.settleCommand(command.requestId, command.commandId, 'done');
    expect(await bed.store.getCommand(command.requestId, command.commandId)).toBeUndefined();
    await bed.store.putCommand(command);
    await bed.store.settleCommand(command.requestId, command.commandId, 'revoked');
    expect(await bed.store.getCommand(command.requestId, command.commandId)).toEqual({ ...command, state: 'revoked' });
  });
});
