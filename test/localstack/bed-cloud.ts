/** A LocalStack deployment as the cloud of one bed: looked at from when the bed began, emptied when it ends. */
import {
  CloudWatchLogsClient,
  paginateDescribeLogGroups,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  type ExecutionListItem,
  paginateListExecutions,
  paginateListStateMachines,
  SFNClient,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { DeleteQueueCommand, paginateListQueues, SQSClient } from '@aws-sdk/client-sqs';
import { BatchWriteCommand, DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { functionSources, rootsOf } from '../../infra/sources.ts';
import { clientConfig } from '../../local/localstack/client-config.ts';
import type { CloudStarter, SiteCloud } from '../../local/site/site-cloud.ts';
import { waitUntil } from '../e2e/act/wait-until.ts';
import type { Bed, SeenExecution } from '../e2e/bed/bed.ts';
import type { DeployedLocalStack } from '../e2e/bed/deployed-localstack.ts';
import { historyOf, names } from './look.ts';
import { callJob, startSweeping } from './scheduled-jobs.ts';

export interface BedCloud extends Pick<Bed, 'executions' | 'functionLogs' | 'tick'> {
  readonly starter: CloudStarter<SiteCloud>;
}

/** Targets of the tick. */
const jobs = functionSources(rootsOf([]).functions)
  .filter(({ group }) => group === 'schedules')
  .map(({ name }) => name);

/** What the suite itself asks of LocalStack. */
class Looking {
  readonly sfn: SFNClient;
  readonly sqs: SQSClient;
  readonly logs: CloudWatchLogsClient;
  readonly dynamodb: DynamoDBDocumentClient;

  constructor(endpoint: string) {
    const config = clientConfig(endpoint);
    this.sfn = new SFNClient(config);
    this.sqs = new SQSClient(config);
    this.logs = new CloudWatchLogsClient(config);
    this.dynamodb = DynamoDBDocumentClient.from(new DynamoDBClient(config));
  }
}

async function executionsSince({ sfn }: Looking, since: Date): Promise<readonly ExecutionListItem[]> {
  const found: ExecutionListItem[] = [];
  for await (const { stateMachines = [] } of paginateListStateMachines({ client: sfn }, {})) {
    for (const { stateMachineArn } of stateMachines) {
      for await (const { executions = [] } of paginateListExecutions({ client: sfn }, { stateMachineArn })) {
        found.push(...executions.filter((one) => one.startDate !== undefined && one.startDate >= since));
      }
    }
  }
  return found.sort((one, other) => Number(other.startDate) - Number(one.startDate));
}

async function seenExecutions(looking: Looking, since: Date): Promise<readonly SeenExecution[]> {
  const executions = await executionsSince(looking, since);
  return Promise.all(
    executions.map(async ({ name = '', status = '', executionArn }) => ({
      name,
      status,
      history: JSON.stringify(await historyOf(looking.sfn, executionArn)),
    })),
  );
}

async function functionLogs({ logs }: Looking, since: Date): Promise<string> {
  const lines: string[] = [];
  for await (const { logGroups = [] } of paginateDescribeLogGroups(
    { client: logs },
    { logGroupNamePrefix: '/aws/lambda/' },
  )) {
    for (const { logGroupName } of logGroups) {
      const request = { logGroupName, startTime: since.getTime() };
      for await (const { events = [] } of paginateFilterLogEvents({ client: logs }, request)) {
        lines.push(...events.map(({ message = '' }) => message));
      }
    }
  }
  return lines.join('\n');
}

/** Until none runs: the task closer starts an unwind for each that is stopped. */
async function stopExecutions(looking: Looking, since: Date): Promise<void> {
  await waitUntil('no execution to run', 30_000, async () => {
    const running = (await executionsSince(looking, since)).filter(({ status }) => status === 'RUNNING');
    for (const { executionArn } of running) await looking.sfn.send(new StopExecutionCommand({ executionArn }));
    return running.length === 0 ? true : undefined;
  });
}

async function emptyTable({ dynamodb }: Looking, TableName: string): Promise<void> {
  const pages = paginateScan({ client: dynamodb, pageSize: 25 }, { TableName, ProjectionExpression: 'pk, sk' });
  for await (const { Items = [] } of pages) {
    if (Items.length === 0) continue;
    const requests = Items.map((Key) => ({ DeleteRequest: { Key } }));
    await dynamodb.send(new BatchWriteCommand({ RequestItems: { [TableName]: requests } }));
  }
}

async function removeAgentQueues({ sqs }: Looking): Promise<void> {
  for await (const { QueueUrls = [] } of paginateListQueues(
    { client: sqs },
    { QueueNamePrefix: names.agentQueuePrefix },
  )) {
    for (const QueueUrl of QueueUrls) {
      await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    }
  }
}

/** `sweepsOften`: between the ticks of the deployment, too. */
export function createBedCloud(
  { endpoint, url, caFile, tableName }: DeployedLocalStack,
  sweepsOften: boolean,
): BedCloud {
  const since = new Date();
  const looking = new Looking(endpoint);
  const start = async (): Promise<SiteCloud> => {
    const sweeping = sweepsOften ? startSweeping(endpoint, names.function('schedules', 'sweep')) : undefined;
    return Promise.resolve({
      url,
      caFile,
      table: { name: tableName, config: clientConfig(endpoint) },
      stop: async () => {
        await sweeping?.stop();
        await stopExecutions(looking, since);
        await emptyTable(looking, tableName);
        await removeAgentQueues(looking);
      },
    });
  };
  return {
    starter: { check: () => Promise.resolve(), start },
    executions: () => seenExecutions(looking, since),
    functionLogs: () => functionLogs(looking, since),
    tick: async () => {
      await Promise.all(jobs.map((job) => callJob(endpoint, names.function('schedules', job))));
    },
  };
}
