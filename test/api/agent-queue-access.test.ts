import { beforeEach, expect, it } from 'vitest';
import { apiBed, type ApiBed, startSeconds } from './api-bed.ts';
import { callingHost, refusedCallers } from './callers.ts';
import { givenHost, hostToken } from './given.ts';
import { useDatabase } from './test-database.ts';
import { bodyOf, detailOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
  await givenHost(bed, callingHost);
});

const ask = (token: string = hostToken(callingHost)) =>
  ({ method: 'POST', path: '/api/agent/v1/queue-access', token }) as const;
const queueUrl = `https://queues.example/${callingHost}-1`;

it('gives the queue of the host, made when absent, and credentials for it', async () => {
  const answer = await bed.send(ask());
  expect(answer.status).toBe(200);
  expect(bodyOf('agent-queue-access', answer)).toEqual({
    queue_url: queueUrl,
    region: 'eu-west-1',
    generation: 1,
    credentials: {
      access_key_id: 'AKIDEXAMPLE',
      secret_access_key: 'queueSecret000000000000000000001',
      expires_ts: startSeconds + 3600,
    },
  });
  expect(await bed.store.getHost(callingHost)).toMatchObject({ queueUrl });
});

it('repeated, changes nothing', async () => {
  const first = await bed.send(ask());
  expect((await unchanged(bed, ask())).body).toEqual(first.body);
});

it('is 503 when the host was registered anew meanwhile', async () => {
  const racing = await apiBed(bed.table, {
    wrapStore: (store) => ({ ...store, recordQueue: () => Promise.resolve(false) }),
  });
  const answer = await racing.send(ask());
  expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
  expect(detailOf(answer)).toBe('the host was registered anew meanwhile');
  // The queue it just made is nobody's: the sweeper removes it.
  expect(await racing.store.listRetiredQueues()).toHaveLength(1);
});

it.each(refusedCallers('host'))('refuses $caller', async ({ token }) => {
  expect((await unchanged(bed, ask(token))).status).toBe(403);
});
