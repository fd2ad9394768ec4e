import { beforeEach, describe, expect, it } from 'vitest';
import type { TaskState } from '../../shared/domain/task.ts';
import { snapshotRow } from '../builders/flex-example.ts';
import { asTheTest } from './acting-as.ts';
import { apiBed, type ApiBed, startSeconds, tokens } from './api-bed.ts';
import { allowedCallers, callingHost, refusedCallers } from './callers.ts';
import { givenArray, givenClone, givenHost, givenSnapshot, givenTask } from './given.ts';
import { useDatabase } from './test-database.ts';
import { bodyOf, detailOf, fieldsOf, issueTypesOf, taskOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
const id = 'snap_1767000100';
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
});

const remove = (headers: Readonly<Record<string, string>> = {}, token: string = tokens.operator) =>
  ({ method: 'DELETE', path: `/api/echo/v1/db_snapshots/${id}`, token, headers }) as const;
const twin = (token: string = tokens.operator) =>
  ({ ...remove({}, token), path: `${remove().path}/__validate` }) as const;

/** Stands in for the state machine: ends the task at once, in the state given. */
function flowEnds(state: TaskState, error = ''): void {
  bed.flows.onStart = async (_, input) => {
    const snapshot = await bed.store.getSnapshot(id);
    if (state.startsWith('done') && snapshot !== undefined) await bed.store.forgetSnapshot(snapshot, input.request_id);
    if (state === 'needs_attention') await bed.store.needAttention(input.request_id, 1, error, [], startSeconds);
    else await bed.store.finishTask(input.request_id, state, { error, result: null }, startSeconds);
  };
}

describe('is gone when it answers', () => {
  it.each([
    ['no Accept', {}],
    ['Accept */*', { accept: '*/*' }],
    ['a list with a wildcard', { Accept: 'application/json, text/plain, */*' }],
  ])('204 without a body for %s', async (_, headers) => {
    await givenSnapshot(bed);
    flowEnds('done');
    expect(await bed.send(remove(headers))).toMatchObject({ status: 204, text: '' });
    expect((await bed.send({ method: 'GET', path: '/api/echo/v1/db_snapshots', token: tokens.viewer })).body).toEqual(
      [],
    );
  });

  it.each([{ accept: 'application/json' }, { Accept: 'application/json' }])(
    '200 with a finished task for %o',
    async (headers) => {
      await givenSnapshot(bed);
      flowEnds('done');
      const answer = await bed.send(remove(headers));
      expect(answer.status).toBe(200);
      bodyOf('delete-snapshot', answer);
      const task = taskOf(answer);
      expect(task).toMatchObject({
        state: 'completed',
        command_type: 'DeleteDBSnapshotCommand',
        result: null,
        error: '',
      });
      expect((await bed.send({ method: 'GET', path: task.location, token: tokens.viewer })).body).toEqual(answer.body);
      expect((await bed.send({ method: 'GET', path: '/api/echo/v1/tasks', token: tokens.viewer })).body).toContainEqual(
        answer.body,
      );
    },
  );

  it('takes a body it does not need', async () => {
    await givenSnapshot(bed);
    flowEnds('done');
    expect((await bed.send({ ...remove(), body: { cascade: true } })).status).toBe(204);
  });

  it('leaves an audit entry that names the task', async () => {
    await givenSnapshot(bed);
    flowEnds('done');
    await bed.send(remove());
    const [started] = bed.flows.started;
    expect(await bed.table.rows()).toContainEqual(
      expect.objectContaining({ operation: 'delete-snapshot', subject: id, requestId: started?.input.request_id }),
    );
  });

  it.each(allowedCallers('operator'))('for $caller', async ({ token }) => {
    await givenHost(bed, callingHost);
    await givenSnapshot(bed);
    flowEnds('done');
    expect((await bed.send(remove({}, token))).status).toBe(204);
  });
});

describe('follows the task', () => {
  it('for as long as it takes, looking less and less often', async () => {
    await givenSnapshot(bed);
    let looks = 0;
    const slow = await apiBed(bed.table, {
      wrapStore: (store) => ({
        ...store,
        async getTask(requestId) {
          looks += 1;
          if (looks === 4) {
            await asTheTest(() => store.finishTask(requestId, 'done', { error: '', result: null }, startSeconds));
          }
          return await store.getTask(requestId);
        },
      }),
    });
    expect((await slow.send(remove())).status).toBe(204);
    expect(slow.waits).toEqual([50, 100, 200]);
  });

  it('and answers 503 with Retry-After after 20 seconds, naming the task that goes on', async () => {
    await givenSnapshot(bed);
    const answer = await bed.send(remove({ accept: 'application/json' }));
    const [started] = bed.flows.started;
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
    expect(detailOf(answer)).toBe(`the deletion goes on as task ${started?.input.request_id ?? ''}`);
    const waited = bed.waits.reduce((sum, one) => sum + one, 0);
    expect(waited).toBeGreaterThanOrEqual(20_000);
    expect(waited).toBeLessThanOrEqual(21_000);
    expect(Math.max(...bed.waits)).toBe(1000);
  });

  it('and a repeated call meanwhile is 409 at once', async () => {
    await givenSnapshot(bed);
    await bed.send(remove());
    const answer = await unchanged(bed, remove());
    expect(answer.status).toBe(409);
    expect(issueTypesOf(answer)).toEqual(['RESOURCE_IS_LOCKED']);
  });

  it.each([
    ['failed', 'the array refused'],
    ['needs_attention', 'snapshot rp-1 on the array'],
  ] as const)('and says 409 with the reason when it is %s', async (state, error) => {
    await givenSnapshot(bed);
    flowEnds(state, error);
    const answer = await bed.send(remove({ accept: 'application/json' }));
    expect(answer.status).toBe(409);
    expect(detailOf(answer)).toBe(`snapshot '${id}' was not deleted: ${error}`);
  });

  it('and a deletion done with a warning is done', async () => {
    await givenSnapshot(bed);
    flowEnds('done_with_warning');
    expect((await bed.send(remove())).status).toBe(204);
  });
});

const refusals = [
  {
    what: 'a snapshot in use by a clone',
    given: () => givenClone(bed),
    type: 'DB_SNAPSHOT_IS_IN_USE',
  },
  {
    what: 'a snapshot another task is deleting',
    given: async () => {
      await givenSnapshot(bed);
      await bed.send(remove());
    },
    type: 'RESOURCE_IS_LOCKED',
  },
] as const;

describe.each(refusals)('refuses $what', ({ given, type }) => {
  it('with 409 at once; its twin says the same with 200', async () => {
    await given();
    const action = await unchanged(bed, remove());
    expect(action.status).toBe(409);
    expect(issueTypesOf(action)).toEqual([type]);
    const answer = await unchanged(bed, twin());
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ valid: false, issues: JSON.parse(action.text).issues });
  });
});

describe('is 404, as is its twin, for', () => {
  it('an unknown snapshot', async () => {
    for (const request of [remove(), twin()]) {
      const answer = await unchanged(bed, request);
      expect(answer.status).toBe(404);
      expect(detailOf(answer)).toBe(`Snapshot '${id}' not found`);
    }
  });

  it('a snapshot that is already deleted', async () => {
    await givenSnapshot(bed);
    flowEnds('done');
    await bed.send(remove());
    expect((await unchanged(bed, remove())).status).toBe(404);
    expect((await unchanged(bed, twin())).status).toBe(404);
  });

  it('a snapshot whose task still runs', async () => {
    const { requestId } = await givenTask(bed);
    await bed.store.recordSnapshot(snapshotRow({ requestId, state: 'pending' }), []);
    expect((await unchanged(bed, remove())).status).toBe(404);
    expect((await unchanged(bed, twin())).status).toBe(404);
  });
});

it('lets one of several deletions at once win', async () => {
  await givenSnapshot(bed);
  flowEnds('done');
  const answers = await Promise.all([1, 2, 3].map(() => bed.send(remove())));
  const statuses = answers.map((answer) => answer.status);
  expect(statuses.filter((status) => status === 204)).toHaveLength(1);
  expect(statuses.filter((status) => status !== 204).every((status) => status === 409 || status === 404)).toBe(true);
  expect(bed.flows.started).toHaveLength(1);
});

it('is refused with 409 while the array is being removed', async () => {
  await givenSnapshot(bed);
  await givenArray(bed, '134409', { removalId: 'removal-1', removingSinceSeconds: startSeconds });
  const answer = await unchanged(bed, remove());
  expect(answer).toMatchObject({ status: 409, body: { detail: "array '134409' is being removed" } });
});

it('says that it can be repeated when the snapshot was in use only for a moment', async () => {
  await givenSnapshot(bed);
  const racing = await apiBed(bed.table, {
    wrapStore: (store) => ({ ...store, recordTask: () => Promise.resolve('pinned') }),
  });
  const answer = await unchanged(racing, remove());
  expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
  expect(detailOf(answer)).toContain('try again');
});

describe('the twin', () => {
  it('says valid and does nothing', async () => {
    await givenSnapshot(bed);
    expect(await unchanged(bed, twin())).toMatchObject({ status: 200, body: { valid: true, issues: [] } });
  });

  it('becomes valid the moment the last clone is gone', async () => {
    const { clone } = await givenClone(bed);
    expect(issueTypesOf(await bed.send(twin()))).toEqual(['DB_SNAPSHOT_IS_IN_USE']);
    await bed.store.forgetClone(clone.hostId, clone.dbId, id);
    expect((await bed.send(twin())).body).toEqual({ valid: true, issues: [] });
  });
});

it.each(refusedCallers('operator'))('refuses $caller', async ({ token }) => {
  await givenSnapshot(bed);
  expect((await unchanged(bed, remove({}, token))).status).toBe(403);
  expect((await unchanged(bed, twin(token))).status).toBe(403);
});

it('is 422 for an id longer than any', async () => {
  const answer = await unchanged(bed, { ...remove(), path: `/api/echo/v1/db_snapshots/${'x'.repeat(129)}` });
  expect(answer.status).toBe(422);
  expect(fieldsOf(answer)).toEqual(['path.snapshot_id']);
});
