import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cursorOf, positionOf } from '../../../shared/http/cursor.ts';

const run = { seed: 20_261_121, numRuns: 200 };

it('leads back to its position, for the list it was made for', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.jsonValue(), (position, list) => {
      expect(positionOf(cursorOf(position, list), list)).toBe(position);
    }),
    run,
  );
});

it('leads nowhere for another list, or when it was changed', () => {
  const cursor = cursorOf('task-1', ['tasks', 'running']);
  expect(positionOf(cursor, ['tasks', 'failed'])).toBeUndefined();
  expect(positionOf(cursorOf('task-2', ['tasks']).slice(0, 16) + cursor.slice(16), ['tasks'])).toBeUndefined();
});

it('takes any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(positionOf(text, ['tasks'])).toBeUndefined();
    }),
    run,
  );
});
