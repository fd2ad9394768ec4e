import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startedArray, type StartedArray } from './started-array.ts';

const text = readFileSync(fileURLToPath(new URL('../../../docs/array-faults.md', import.meta.url)), 'utf8');
const documented = [...text.matchAll(/fault '(\{.*?\})'/g)].map(([, json = '']) => json);

let array: StartedArray;
beforeAll(async () => {
  array = await startedArray();
});
afterAll(async () => {
  await array.stop();
});

it('has faults in its documentation', () => {
  expect(documented.length).toBeGreaterThan(10);
});

it.each(documented)('takes %s as the documentation has it', async (json) => {
  expect((await array.call('POST', '/__admin/faults', JSON.parse(json))).status).toBe(201);
});
