/**
 * Design, section 11: what a clone costs in Step Functions, counted from LocalStack's own history. AWS bills transitions
 * and refuses an execution with more than 25,000 events; a payload holds ids and indices, never what a host reported.
 */
import { type HistoryEvent, paginateGetExecutionHistory, paginateListExecutions, SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveEnvironment } from '../../infra/environments.ts';
import { namesOf } from '../../infra/names.ts';
import { clientConfig } from '../../local/localstack/client-config.ts';
import { acceptedTask, databaseNamed, ended, postClone } from '../e2e/act/flex.ts';
import { type Bed, startBed } from '../e2e/bed/bed.ts';
import { deployedLocalStack } from '../e2e/bed/localstack-bed.ts';

let bed: Bed;
let sfn: SFNClient;

beforeAll(async () => {
  const deployed = deployedLocalStack();
  if (deployed === undefined) throw new Error('run by `npm run test:localstack`');
  sfn = new SFNClient(clientConfig(deployed.endpoint));
  bed = await startBed({
    hosts: [
      { hostId: 'sqlprod1', vendor: 'mssql', databases: ['sales'] },
      { hostId: 'sqldev1', vendor: 'mssql', databases: [] },
    ],
  });
});

afterAll(async () => {
  sfn.destroy();
  await bed.stop();
});

async function executionArnOf(requestId: string): Promise<string> {
  const stateMachineArn = namesOf(resolveEnvironment('local')).flowArn('create-clone');
  for await (const { executions = [] } of paginateListExecutions({ client: sfn }, { stateMachineArn })) {
    const found = executions.find(({ name }) => name === `${requestId}-1`);
    if (found?.executionArn !== undefined) return found.executionArn;
  }
  throw new Error(`LocalStack's Step Functions knows no execution of ${requestId}`);
}

async function historyOf(executionArn: string): Promise<readonly HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  for await (const page of paginateGetExecutionHistory({ client: sfn }, { executionArn }))
    events.push(...(page.events ?? []));
  return events;
}

/** Clones to as many destinations as asked for and counts. */
async function costOfClone(destinations: number) {
  const source = await databaseNamed(bed.api, 'sqlprod1', 'sales');
  const task = acceptedTask(
    await postClone(
      bed.api,
      'sqlprod1',
      Array.from({ length: destinations }, (_, at) => ({
        host_id: 'sqldev1',
        db_id: source.id,
        db_name: `copy_${String(destinations)}_${String(at)}`,
      })),
    ),
  );
  expect(await ended(bed.api, task, 150_000)).toMatchObject({ state: 'completed', error: '' });
  const events = await historyOf(await executionArnOf(task.request_id));
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
    expect(cost.names).toEqual(
      expect.arrayContaining(['FreezeSource', 'TakeSnapshot', 'AttachDatabase', 'CompleteClone']),
    );
  });

  it('costs for ten at most three transitions more for each, and 8 kB of payload', async () => {
    const cost = await costOfClone(10);
    expect(cost.transitions).toBeLessThanOrEqual(12 + 9 * 3);
    expect(cost.payloadBytes).toBeLessThanOrEqual(8 * 1024);
  });
});
