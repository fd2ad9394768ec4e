/** EventBridge tells the task closer that an execution was stopped, and the task is undone before a sweep could come. */
import { DescribeExecutionCommand, type SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitUntil } from '../e2e/act/wait-until.ts';
import { acceptedTask, databaseNamed, ended, postClone } from '../e2e/act/flex.ts';
import { type Bed, hostOf, startBed } from '../e2e/bed/bed.ts';
import { type ArrayView, viewArray } from '../e2e/look/array.ts';
import { footprint, settledFootprint } from '../e2e/look/footprint.ts';
import { executionArnOf, historyOf, stepFunctions } from './look.ts';

let bed: Bed;
let array: ArrayView;
let sfn: SFNClient;

beforeAll(async () => {
  sfn = stepFunctions();
  bed = await startBed({
    hosts: [
      { hostId: 'sqlprod1', vendor: 'mssql', databases: ['orders'] },
      { hostId: 'sqldev1', vendor: 'mssql', databases: [] },
    ],
    sweeps: 'each minute',
  });
  array = await viewArray(bed.array);
});

afterAll(async () => {
  await array.close();
  await bed.stop();
  sfn.destroy();
});

/** A clone whose source's agent is silent, and its execution, stopped as an operator would. */
async function stopWhileItWaits(source: string) {
  const destination = { host_id: 'sqldev1', db_id: source, db_name: 'stopped' };
  const task = acceptedTask(await postClone(bed.api, 'sqlprod1', [destination]));
  // It waits for the agent of its source. (Inside a Map, LocalStack calls an execution that is stopped a failed one.)
  const executionArn = await waitUntil('the execution to wait for the agent', 30_000, async () => {
    const arn = await executionArnOf(sfn, 'create-clone', `${task.request_id}-1`).catch(() => undefined);
    if (arn === undefined) return undefined;
    const events = await historyOf(sfn, arn);
    const isFreezing = events.some(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name === 'FreezeSource');
    return isFreezing && events.at(-1)?.type === 'TaskSubmitted' ? arn : undefined;
  });
  await sfn.send(new StopExecutionCommand({ executionArn }));
  return { task, executionArn };
}

it('the task of a stopped execution is undone by the event', async () => {
  const clean = await footprint(bed, array);
  const source = (await databaseNamed(bed.api, 'sqlprod1', 'orders')).id;
  const agent = hostOf(bed, 'sqlprod1').agentPid();
  process.kill(agent, 'SIGSTOP');
  const { task, executionArn } = await stopWhileItWaits(source).finally(() => process.kill(agent, 'SIGCONT'));

  expect(await ended(bed.api, task, 30_000)).toMatchObject({ state: 'failed', error: 'the execution stopped' });
  expect(await settledFootprint(bed, array, clean)).toEqual(clean);
  expect((await sfn.send(new DescribeExecutionCommand({ executionArn }))).status).toBe('ABORTED');
  const unwind = await executionArnOf(sfn, 'unwind', `${task.request_id}-2`);
  expect((await sfn.send(new DescribeExecutionCommand({ executionArn: unwind }))).status).toBe('SUCCEEDED');
  const told = (await bed.functionLogs()).split('\n').filter((line) => line.includes('task repaired'));
  expect(told.filter((line) => line.includes(task.request_id)).map((line) => line.includes('close-task'))).toEqual([
    true,
  ]);
});
