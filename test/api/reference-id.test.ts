/** `hs-ref-id`: taken whatever it is, stored with the task, said in every log line. Flex contract, section 1. */
import { beforeEach, expect, it } from 'vitest';
import { apiBed, type ApiBed, tokens } from './api-bed.ts';
import { givenSite } from './route-calls.ts';
import { useDatabase } from './test-database.ts';
import { taskOf } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
  await givenSite(bed);
});

const remove = (headers: Readonly<Record<string, string>>) =>
  ({
    method: 'DELETE',
    path: '/api/echo/v1/echo_dbs',
    token: tokens.operator,
    headers,
    body: { host_id: 'sqldev1', database_id: '5' },
  }) as const;

it.each([
  ['6 characters', 'aB3dE6', 'aB3dE6'],
  ['10 characters', 'aB3dE6gH9j', 'aB3dE6gH9j'],
  ['one character', 'a', 'a'],
  ['64 characters', 'x'.repeat(64), 'x'.repeat(64)],
  ['more, cut', 'x'.repeat(5000), 'x'.repeat(64)],
  ['a UUID', '6f1c2d3e-0000-4000-8000-000000000001', '6f1c2d3e-0000-4000-8000-000000000001'],
  ['signs, dropped', 'a b\r\n{"x":1}/../é', 'abx1'],
  ['nothing but signs', '!!!', 'self-00000001'],
  ['an empty one', '', 'self-00000001'],
])('%s', async (_, sent, kept) => {
  const task = taskOf(await bed.send(remove({ 'HS-Ref-Id': sent })));
  expect(task.ref_id).toBe(kept);
  expect(bed.logLines).toEqual([
    expect.objectContaining({
      message: 'answered',
      fields: expect.objectContaining({ ref_id: kept, status: 202, principal: 'user:operator' }),
    }),
  ]);
});

it('absent, is made', async () => {
  expect(taskOf(await bed.send(remove({}))).ref_id).toMatch(/^self-.{8}$/);
});

it('is in the log line of a refusal too', async () => {
  await bed.send({ ...remove({ 'hs-ref-id': 'refused1' }), token: 'unknown' });
  expect(bed.logLines).toMatchObject([{ fields: { ref_id: 'refused1', status: 403, principal: '' } }]);
});
