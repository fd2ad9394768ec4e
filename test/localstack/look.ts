/** What tests ask LocalStack's Step Functions. */
import { type HistoryEvent, paginateGetExecutionHistory, paginateListExecutions, SFNClient } from '@aws-sdk/client-sfn';
import { resolveEnvironment } from '../../infra/environments.ts';
import { namesOf } from '../../infra/names.ts';
import { clientConfig } from '../../local/localstack/client-config.ts';
import { deployedLocalStack } from '../e2e/bed/deployed-localstack.ts';

export const names = namesOf(resolveEnvironment('local'));

export function stepFunctions(): SFNClient {
  const deployed = deployedLocalStack();
  if (deployed === undefined) throw new Error('run by `npm run test:localstack`');
  return new SFNClient(clientConfig(deployed.endpoint));
}

/** @throws Error when Step Functions knows no such execution: the suite would not have run on it. */
export async function executionArnOf(client: SFNClient, flow: string, name: string): Promise<string> {
  for await (const { executions = [] } of paginateListExecutions(
    { client },
    { stateMachineArn: names.flowArn(flow) },
  )) {
    const found = executions.find((one) => one.name === name);
    if (found?.executionArn !== undefined) return found.executionArn;
  }
  throw new Error(`LocalStack's Step Functions knows no execution ${name} of ${flow}`);
}

export async function historyOf(client: SFNClient, executionArn: string | undefined): Promise<readonly HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  for await (const page of paginateGetExecutionHistory({ client }, { executionArn }))
    events.push(...(page.events ?? []));
  return events;
}
