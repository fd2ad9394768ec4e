import { expect, it } from 'vitest';
import { descendantsIn } from '../../../local/localstack/process-tree.ts';

const table = `
      1       0
    100       1
    101     100
    102     100
    103     101
   1010       1
    104     103
    200    1010
`;

it.each([
  [100, [101, 103, 104, 102]],
  [103, [104]],
  [104, []],
  [7, []],
])('below %d are its children and theirs, and nobody else', (pid, below) => {
  expect(descendantsIn(table, pid)).toEqual(below);
});

it('an empty table has nobody', () => {
  expect(descendantsIn('', 1)).toEqual([]);
});
