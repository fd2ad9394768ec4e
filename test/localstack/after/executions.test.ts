/** The suite before this ran on Step Functions of LocalStack and nowhere else: every flow has executions there. */
import { paginateListExecutions, SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, describe, expect, it } from 'vitest';
import { clientConfig } from '../../../local/localstack/client-config.ts';
import { flows } from '../../../statemachines/index.ts';
import { names } from '../look.ts';
import { deployedLocalStacks } from '../../e2e/bed/deployed-localstack.ts';

const deployed = deployedLocalStacks();
if (deployed === undefined) throw new Error('run by `npm run test:localstack`');
const clients = deployed.map(({ endpoint }) => new SFNClient(clientConfig(endpoint)));

afterAll(() => clients.forEach((client) => client.destroy()));

async function statusesOf(flow: string): Promise<readonly string[]> {
  const statuses: string[] = [];
  const stateMachineArn = names.flowArn(flow);
  for (const client of clients) {
    for await (const { executions = [] } of paginateListExecutions({ client }, { stateMachineArn }))
      statuses.push(...executions.map(({ status = '' }) => status));
  }
  return statuses;
}

describe('the Step Functions of LocalStack', () => {
  it.each(flows.map(({ name }) => name))('ran %s for the suite, and it came to its end at least once', async (flow) => {
    expect(await statusesOf(flow)).toContain('SUCCEEDED');
  });

  it.each(flows.map(({ name }) => name))('runs no %s any more', async (flow) => {
    expect(await statusesOf(flow)).not.toContain('RUNNING');
  });
});
