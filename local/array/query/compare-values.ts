import type { Value } from '../resources/value.ts';

/** Orders two values of a field: numbers by size and everything else by its text. */
export function compareValues(left: Value | undefined, right: Value | undefined): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  const [leftText, rightText] = [JSON.stringify(left ?? null), JSON.stringify(right ?? null)];
  return leftText < rightText ? -1 : Number(leftText > rightText);
}
