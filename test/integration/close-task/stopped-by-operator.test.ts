/** The whole product on the embedded cloud, with a sweeper that comes once at start: an operator stops an execution. */
import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ApiClient, connectApi, logIn } from '../../../local/site/api-client.ts';
import { type Site, startSite } from '../../../local/site/site.ts';
import { waitUntil } from '../../../local/site/wait-until.ts';
import { acceptedTask, databaseNamed, ended, postClone } from '../../e2e/act/flex.ts';
import { admin, newDataDir } from '../../e2e/bed/site-bed.ts';

const never = 3_600_000;
let dataDir: string;
let site: Site;
let anonymous: ApiClient;
let api: ApiClient;

beforeAll(async () => {
  dataDir = await newDataDir();
  site = await startSite({
    dataDir,
    port: 0,
    admin,
    sweepIntervalMs: never,
    hosts: [
      { hostId: 'sqlprod1', vendor: 'mssql', databases: ['orders'] },
      { hostId: 'sqldev1', vendor: 'mssql', databases: [] },
    ],
  });
  anonymous = await connectApi(site.url, site.caFile);
  api = await logIn(anonymous, admin.user, admin.password);
}, 90_000);

afterAll(async () => {
  await anonymous.close();
  await site.stop();
  await rm(dataDir, { recursive: true, force: true });
}, 60_000);

const signalAgent = (signal: NodeJS.Signals): void => {
  const pid = site.hosts.get('sqldev1')?.agent().pid;
  if (pid === undefined) throw new Error('the host has no agent');
  process.kill(pid, signal);
};

it('its task is undone by the event alone, before the sweeper comes', { timeout: 60_000 }, async () => {
  const source = (await databaseNamed(api, 'sqlprod1', 'orders')).id;
  const sweepsBefore = site.cloud.invocations().filter(({ functionName }) => functionName.endsWith('-sweep')).length;
  signalAgent('SIGSTOP');
  const destination = { host_id: 'sqldev1', db_id: source, db_name: 'stopped' };
  const task = acceptedTask(await postClone(api, 'sqlprod1', [destination]));
  // It waits for the agent of its destination: the snapshot and its view stand on the array.
  const execution = await waitUntil('the execution to attach', 20_000, async () =>
    site.cloud
      .executions()
      .find(
        ({ request, history }) =>
          request.name.startsWith(task.request_id) && JSON.stringify(history.events).includes('"AttachDatabase"'),
      ),
  );
  const client = new SFNClient({
    endpoint: site.cloud.endpoints.stepfunctions,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  await client.send(new StopExecutionCommand({ executionArn: execution.request.arn }));
  client.destroy();
  signalAgent('SIGCONT');

  expect(await ended(api, task)).toMatchObject({ state: 'failed', error: 'the execution stopped', result: null });
  const attempts = site.cloud.executions().filter(({ request }) => request.name.startsWith(task.request_id));
  expect(attempts.map(({ machine, status }) => [machine.name, status]).reverse()).toEqual([
    ['reprise-embedded-create-clone', 'ABORTED'],
    ['reprise-embedded-unwind', 'SUCCEEDED'],
  ]);
  const ran = site.cloud.invocations();
  expect(ran.filter(({ functionName }) => functionName.endsWith('-sweep'))).toHaveLength(sweepsBefore);
  const closes = ran.filter(({ functionName }) => functionName === 'reprise-embedded-events-close-task');
  expect(closes.map(({ failed }) => failed)).toContain(false);
  expect(closes.map(({ failed }) => failed)).not.toContain(true);
});
