import { beforeEach, describe, expect, it } from 'vitest';
import { aCloneDeletion } from '../builders/task.ts';
import { apiBed, type ApiBed, tokens } from './api-bed.ts';
import { allowedCallers, callingHost } from './callers.ts';
import { givenHost, givenTask } from './given.ts';
import { useDatabase } from './test-database.ts';
import { bodyOf, fieldsOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
});

const list = (token: string = tokens.viewer) => ({ method: 'GET', path: '/api/echo/v1/tasks', token }) as const;

it('is an empty list when there are none', async () => {
  expect(await unchanged(bed, list())).toMatchObject({ status: 200, body: [] });
});

it('lists running and finished tasks, newest last', async () => {
  for (const requestId of ['a2', 'a1', 'a3']) await givenTask(bed, { requestId });
  await bed.store.finishTask('a1', 'failed', { error: 'the array refused', result: null }, 1_767_000_300);
  const answer = await unchanged(bed, list());
  expect(answer.status).toBe(200);
  expect(bodyOf('list-tasks', answer)).toMatchObject([
    { request_id: 'a1', state: 'failed', error: 'the array refused' },
    { request_id: 'a2', state: 'running' },
    { request_id: 'a3', state: 'running' },
  ]);
  expect(answer.headers).not.toHaveProperty('x-reprise-tasks-left-out');
});

it('past 5 MB keeps what runs and the newest, and says how many it left out', async () => {
  const error = 'x'.repeat(300_000);
  for (let index = 10; index < 30; index += 1) {
    const requestId = `task-${String(index)}`;
    await givenTask(bed, { requestId });
    if (index !== 11) await bed.store.finishTask(requestId, 'failed', { error, result: null }, 1_767_000_300);
  }
  const answer = await bed.send(list());
  const ids = (bodyOf('list-tasks', answer) as { request_id: string }[]).map((task) => task.request_id);
  expect(answer.text.length).toBeLessThan(5 * 1024 * 1024);
  expect(ids[0]).toBe('task-11');
  expect(ids.slice(1)).toEqual(Array.from({ length: 17 }, (_, index) => `task-${String(index + 13)}`));
  expect(answer.headers['x-reprise-tasks-left-out']).toBe('2');
});

describe('filters and pages', () => {
  const ask = (query: Readonly<Record<string, string>>) => ({ ...list(), query });
  const page = async (query: Readonly<Record<string, string>>) => {
    const answer = await unchanged(bed, ask(query));
    expect(answer.status).toBe(200);
    const tasks = bodyOf('list-tasks', answer) as { request_id: string }[];
    return { ids: tasks.map((task) => task.request_id), next: answer.headers['x-next-cursor'] };
  };
  const all = ['a1', 'a2', 'a3', 'a4', 'a5'];

  beforeEach(async () => {
    for (const [index, requestId] of all.entries())
      await givenTask(bed, {
        requestId,
        createdAtSeconds: 1000 + index,
        ...(index % 2 === 0
          ? {}
          : { commandType: 'DeleteCommand', plan: aCloneDeletion({ hostId: 'sqltest1' }), state: 'needs_attention' }),
      });
  });

  it.each([
    [{ state: 'failed' }, ['a2', 'a4']],
    [{ state: 'running' }, ['a1', 'a3', 'a5']],
    [{ state: 'aborted' }, []],
    [{ command_type: 'DeleteCommand' }, ['a2', 'a4']],
    [{ host_id: 'sqltest1' }, ['a2', 'a4']],
    [{ host_id: 'sqldev1' }, ['a1', 'a3', 'a5']],
    [{ since: '1003' }, ['a4', 'a5']],
    [{ since: '1003', state: 'failed' }, ['a4']],
  ] as const)('%j', async (query, ids) => {
    expect(await page(query)).toEqual({ ids, next: undefined });
    expect(await page({ ...query, limit: '5' })).toEqual({ ids, next: undefined });
  });

  it.each([
    [{}, all],
    [{ state: 'running' }, ['a1', 'a3', 'a5']],
  ])('pages of two show all of %j once, the oldest first', async (filter, expected) => {
    const seen: string[] = [];
    let more: Readonly<Record<string, string>> = {};
    for (;;) {
      const { ids, next } = await page({ ...filter, ...more, limit: '2' });
      expect(ids.length).toBeLessThanOrEqual(2);
      seen.push(...ids);
      if (next === undefined) break;
      more = { cursor: next };
    }
    expect(seen).toEqual(expected);
  });

  it('shows a task made between two pages, at the end', async () => {
    const { next = '' } = await page({ limit: '4' });
    await givenTask(bed, { requestId: 'a6' });
    expect(await page({ limit: '4', cursor: next })).toEqual({ ids: ['a5', 'a6'], next: undefined });
    expect((await page({ cursor: next })).ids).toEqual(['a5', 'a6']);
  });

  it('reads no more rows for a page than it shows, and one', async () => {
    bed.table.forgetCalls();
    await bed.send(ask({ limit: '2' }));
    expect(bed.table.calls()).toEqual(['BatchGetItem', 'Query']);
  });

  it('ends a page where an answer is full', async () => {
    const error = 'x'.repeat(300_000);
    for (let index = 10; index < 30; index += 1) {
      const requestId = `b${String(index)}`;
      await givenTask(bed, { requestId });
      await bed.store.finishTask(requestId, 'failed', { error, result: null }, 1_767_000_300);
    }
    const { ids, next = '' } = await page({ limit: '1000' });
    expect(ids).toHaveLength(5 + 17);
    expect((await page({ limit: '1000', cursor: next })).ids).toEqual(['b27', 'b28', 'b29']);
  });

  it.each([
    ['state', 'done'],
    ['command_type', 'Clone'],
    ['host_id', 'a b'],
    ['since', 'yesterday'],
    ['since', '-1'],
    ['limit', '0'],
    ['limit', '1001'],
    ['limit', '1e2'],
    ['cursor', 'somewhere'],
    ['cursor', ''],
  ])('refuse %s=%s, and name it', async (name, value) => {
    const answer = await unchanged(bed, ask({ [name]: value }));
    expect(answer.status).toBe(422);
    expect(fieldsOf(answer)).toEqual([`query.${name}`]);
  });

  it('refuse a cursor of other filters, or one that was changed', async () => {
    const { next = '' } = await page({ state: 'running', limit: '1' });
    for (const query of [{ cursor: next }, { cursor: next, state: 'failed' }, { cursor: `${next}A`, state: 'running' }])
      expect(fieldsOf(await unchanged(bed, ask(query)))).toEqual(['query.cursor']);
  });
});

it.each(allowedCallers('viewer'))('may be called by $caller', async ({ token }) => {
  await givenHost(bed, callingHost);
  expect((await bed.send(list(token))).status).toBe(200);
});
