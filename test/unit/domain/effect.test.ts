import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeLeftover, type Effect, effectKinds, nextUndo, undoMeans } from '../../../shared/domain/effect.ts';

const attempt = 2;

const effectOf = (given: Partial<Effect> & Pick<Effect, 'effectId' | 'kind'>): Effect => ({
  requestId: 'r',
  state: 'done',
  name: given.effectId,
  hostId: '',
  sdpId: '',
  requires: [],
  outcome: {},
  blockedAttempt: 0,
  blockedReason: '',
  ...given,
});

/** A journal in which every effect builds on some written before it, as steps write them. */
const journal: fc.Arbitrary<readonly Effect[]> = fc
  .array(
    fc.record({
      kind: fc.constantFrom(...effectKinds),
      state: fc.constantFrom('intended' as const, 'done' as const, 'undone' as const),
      builtOn: fc.array(fc.nat({ max: 30 }), { maxLength: 3 }),
    }),
    { maxLength: 14 },
  )
  .map((rows) =>
    rows.map(({ kind, state, builtOn }, index) => {
      const requires = index === 0 ? [] : [...new Set(builtOn.map((one) => `e${String(one % index)}`))];
      return effectOf({ effectId: `e${String(index)}`, kind, state, requires });
    }),
  )
  .chain((effects) => fc.shuffledSubarray([...effects], { minLength: effects.length }));

const isStanding = (effect: Effect): boolean => effect.state !== 'undone' && undoMeans(effect) !== 'forward-only';

/** Undoes until nothing is next; what cannot be undone is blocked in this attempt. */
function unwind(effects: readonly Effect[], refuses: (effect: Effect) => boolean) {
  const rows = new Map(effects.map((effect) => [effect.effectId, effect]));
  const order: Effect[] = [];
  for (;;) {
    const undo = nextUndo([...rows.values()], attempt);
    if (undo.next === 'finish' || undo.next === 'attention') return { end: undo, order, rows };
    const { effect } = undo;
    if (refuses(effect)) rows.set(effect.effectId, { ...effect, blockedAttempt: attempt, blockedReason: 'no' });
    else {
      rows.set(effect.effectId, { ...effect, state: 'undone' });
      order.push(effect);
    }
  }
}

describe('the order of undo', () => {
  it('takes everything back, and nothing before what builds on it', () => {
    fc.assert(
      fc.property(journal, (effects) => {
        const { end, order } = unwind(effects, () => false);
        expect(end.next).toBe('finish');
        expect(order.map((one) => one.effectId).toSorted()).toEqual(
          effects
            .filter(isStanding)
            .map((one) => one.effectId)
            .toSorted(),
        );
        const place = new Map(order.map((one, index) => [one.effectId, index]));
        for (const [index, effect] of order.entries()) {
          for (const base of effect.requires) expect(place.get(base) ?? Infinity).toBeGreaterThan(index);
        }
      }),
      { seed: 20_260_201, numRuns: 300 },
    );
  });

  it('steps over what cannot be undone, keeps all it builds on, and takes back the rest', () => {
    fc.assert(
      fc.property(journal, fc.nat({ max: 13 }), (effects, which) => {
        const stuck = effects.filter(isStanding)[which];
        fc.pre(stuck !== undefined);
        const { end, rows } = unwind(effects, (effect) => effect.effectId === stuck.effectId);
        expect(end.next).toBe('attention');
        const kept = [...rows.values()].filter(isStanding);
        const needed = new Set([stuck.effectId]);
        for (let before = -1; before !== needed.size;) {
          before = needed.size;
          for (const effect of kept)
            if (needed.has(effect.effectId)) for (const base of effect.requires) needed.add(base);
        }
        expect(kept.map((one) => one.effectId).toSorted()).toEqual(
          effects
            .filter((one) => isStanding(one) && needed.has(one.effectId))
            .map((one) => one.effectId)
            .toSorted(),
        );
      }),
      { seed: 20_260_202, numRuns: 300 },
    );
  });

  it('tries again in the next attempt what was blocked in this one', () => {
    const blocked = effectOf({
      effectId: 'attach-0',
      kind: 'attach',
      blockedAttempt: attempt,
      blockedReason: 'silent',
    });
    expect(nextUndo([blocked], attempt).next).toBe('attention');
    expect(nextUndo([blocked], attempt + 1)).toEqual({ next: 'host', effect: blocked });
  });

  it('does what the array can do before it waits for a host', () => {
    const freeze = effectOf({ effectId: 'freeze-1', kind: 'freeze' });
    const snapshot = effectOf({ effectId: 'array-snapshot-1-0', kind: 'array-snapshot' });
    expect(nextUndo([freeze, snapshot], attempt)).toEqual({ next: 'array', effect: snapshot });
  });

  it('never gives back what was removed', () => {
    const removed = effectKinds.filter((kind) => ['detach', 'remove-view', 'remove-array-snapshot'].includes(kind));
    expect(
      nextUndo(
        removed.map((kind) => effectOf({ effectId: kind, kind })),
        attempt,
      ),
    ).toEqual({ next: 'finish' });
  });

  it.each(effectKinds)('names a leftover %s so that a person finds it', (kind) => {
    const words = describeLeftover(
      effectOf({ effectId: kind, kind, name: 'the-name', hostId: 'the-host', blockedReason: 'the reason' }),
    );
    expect(words).toContain('the-name');
    expect(words).toContain('the reason');
    expect(words).toMatch(/the-host|array/);
  });
});
