/**
 * Design, section 11: what a clone costs in Step Functions, counted from LocalStack's own history. AWS bills transitions
 * and refuses an execution with more than 25,000 events; a payload holds ids and indices, never what a host reported.
 */
import type { SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acceptedTask, databaseNamed, ended, postClone } from '../e2e/act/flex.ts';
import { type Bed, startBed } from '../e2e/bed/bed.ts';
import { executionArnOf, historyOf, stepFunctions } from './look.ts';

let bed: Bed;
let sfn: SFNClient;

beforeAll(async () => {
  sfn = stepFunctions();
  bed = await startBed({
    hosts: [
      { hostId: 'sqlprod1', vendor: 'mssql', databases: ['sales'] },
      { hostId: 'sqldev1', vendor: 'mssql', databases: [] },
    ],
  });
});

afterAll(async () => {
  await bed.stop();
  sfn.destroy();
});

/** Clones to as many destinations as asked for and counts. */
async function costOfClone(destinations: number) {
  const { id: db_id } = await databaseNamed(bed.api, 'sqlprod1', 'sales');
  const named = Array.from({ length: destinations }, (_, at) => `copy_${String(destinations)}_${String(at)}`);
  const wanted = named.map((db_name) => ({ host_id: 'sqldev1', db_id, db_name }));
  const task = acceptedTask(await postClone(bed.api, 'sqlprod1', wanted));
  expect(await ended(bed.api, task, 150_000)).toMatchObject({ state: 'completed', error: '' });
  const events = await historyOf(sfn, await executionArnOf(sfn, 'create-clone', `${task.request_id}-1`));
  const entered = events.flatMap(({ stateEnteredEventDetails }) => stateEnteredEventDetails ?? []);
  return {
    events: events.length,
    transitions: entered.length,
    payloadBytes: entered.reduce((bytes, { input = '' }) => bytes + Buffer.byteLength(input), 0),
    names: entered.map(({ name }) => name),
  };
}

describe('the execution of a clone, as LocalStack kept it', () => {
  it('costs for one destination at most 12 transitions and 80 events', async () => {
    const cost = await costOfClone(1);
    expect(cost.transitions).toBeLessThanOrEqual(12);
    expect(cost.events).toBeLessThanOrEqual(80);
    const acting = ['FreezeSource', 'TakeSnapshot', 'AttachDatabase', 'CompleteClone'];
    expect(cost.names).toEqual(expect.arrayContaining(acting));
  });

  it('costs for ten at most three transitions more for each, and 8 kB of payload', async () => {
    const cost = await costOfClone(10);
    expect(cost.transitions).toBeLessThanOrEqual(12 + 9 * 3);
    expect(cost.payloadBytes).toBeLessThanOrEqual(8 * 1024);
  });
});
