import { beforeEach, expect, it } from 'vitest';
import { apiBed, type ApiBed, tokens } from './api-bed.ts';
import { allowedCallers, callingHost } from './callers.ts';
import { givenClone, givenHost, givenTask } from './given.ts';
import { useDatabase } from './test-database.ts';
import { bodyOf, detailOf, fieldsOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
});

const get = (requestId: string, token: string = tokens.viewer) =>
  ({ method: 'GET', path: `/api/echo/v1/tasks/${requestId}`, token }) as const;

it('shows a running task', async () => {
  const { requestId } = await givenTask(bed);
  const answer = await unchanged(bed, get(requestId));
  expect(answer.status).toBe(200);
  expect(bodyOf('get-task', answer)).toEqual({
    state: 'running',
    create_ts: 1_767_000_200,
    update_ts: 1_767_000_200,
    request_id: requestId,
    owner: 'ocie-0',
    command_type: 'CreateCloneCommand',
    ref_id: 'a1B2c3D4e5',
    error: '',
    result: null,
    location: `/api/echo/v1/tasks/${requestId}`,
  });
});

it('shows the result of a finished one, the source id as an integer', async () => {
  const { task } = await givenClone(bed);
  const answer = await unchanged(bed, get(task.requestId));
  expect(bodyOf('get-task', answer)).toMatchObject({
    state: 'completed',
    result: {
      db_snapshot: { id: 'snap_1767000100' },
      cloned_dbs: [
        {
          id: '5',
          name: 'orders_dev',
          host_id: 'sqldev1',
          source_host_id: 'sqlprod1',
          source_db_id: 7,
          source_db_name: 'orders',
        },
      ],
    },
  });
});

it('names what is left of a task that needs attention', async () => {
  const { requestId } = await givenTask(bed);
  await bed.store.needAttention(
    requestId,
    1,
    'left behind: view rp-view-1 on the array',
    ['view rp-view-1'],
    1_767_000_300,
  );
  expect((await bed.send(get(requestId))).body).toMatchObject({
    state: 'failed',
    error: 'left behind: view rp-view-1 on the array',
    update_ts: 1_767_000_300,
  });
});

it('is 404 for an unknown task', async () => {
  const answer = await unchanged(bed, get('unknown'));
  expect(answer.status).toBe(404);
  expect(detailOf(answer)).toBe("Task 'unknown' not found");
});

it('is 422 for an id longer than any', async () => {
  const answer = await unchanged(bed, get('x'.repeat(65)));
  expect(answer.status).toBe(422);
  expect(fieldsOf(answer)).toEqual(['path.request_id']);
});

it.each(allowedCallers('viewer'))('may be called by $caller', async ({ token }) => {
  await givenHost(bed, callingHost);
  const { requestId } = await givenTask(bed);
  expect((await bed.send(get(requestId, token))).status).toBe(200);
});
