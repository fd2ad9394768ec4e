/**
 * `npm run test:localstack [-- file…]`: LocalStack, the CDK app on it, the end-to-end suite over it; everything it
 * started is stopped again. Uses the LocalStack at AWS_ENDPOINT_URL where that is set.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepArraySecret } from '../../local/localstack/array-secret.ts';
import { deploy } from '../../local/localstack/deployment.ts';
import { startLocalStackFrontDoor } from '../../local/localstack/front-door.ts';
import { Started } from '../../local/site/started.ts';
import { stopSignal } from '../../local/site/stop-signals.ts';
import { type DeployedLocalStack, deployedVariable } from '../e2e/bed/localstack-bed.ts';
import { makeArrayIdentity } from './array-identity.ts';
import { type LocalStackOfThisRun, localStackOfThisRun } from './localstack-of-this-run.ts';
import { runSuite } from './suite.ts';

const startedAt = Date.now();
const report = (line: string): void => {
  process.stdout.write(`[${String(Math.round((Date.now() - startedAt) / 1000)).padStart(4)} s] ${line}\n`);
};

const files = process.argv.slice(2);
const stop = stopSignal();
const started = new Started();
const dataDir = await mkdtemp(join(tmpdir(), 'reprise-test-localstack-'));

async function deployTo({ endpoint }: LocalStackOfThisRun): Promise<DeployedLocalStack> {
  const { url: sdpUrl, caFile: sdpCaFile, ...array } = await makeArrayIdentity(join(dataDir, 'array-identity'));
  await keepArraySecret(endpoint, { username: 'reprise', password: array.password });
  stop.throwIfAborted();
  // An agent is silent after ten seconds here: a test that waits for it must not take half a minute, and a function that
  // starts cold on a busy machine must not look like an agent's silence.
  const environment = { array: { sdpUrl, sdpCaFile }, agentHeartbeatSeconds: 10 };
  const { apiId, tableName } = await deploy({ endpoint, environment, report });
  stop.throwIfAborted();
  const door = await startLocalStackFrontDoor({ endpoint, apiId, dataDir, port: 0, log: report });
  started.add(() => door.stop());
  report(`deployed; the API is at ${door.url}`);
  return { endpoint, url: door.url, caFile: door.caFile, tableName, array };
}

/** Every test of both parts; how many failed. */
async function run(): Promise<{ readonly passed: number; readonly failed: number }> {
  const callsFolder = join(dataDir, 'calls');
  await mkdir(callsFolder);
  const localStack = await localStackOfThisRun(dataDir, callsFolder, report, started);
  report(`LocalStack ${localStack.version} at ${localStack.endpoint}, functions run by ${localStack.executor}`);
  stop.throwIfAborted();
  const variables = { [deployedVariable]: JSON.stringify(await deployTo(localStack)) };
  const suite = await runSuite('suite', files, variables, dataDir, stop);
  report(`the suite: ${String(suite.passed)} passed, ${String(suite.failed)} failed or skipped`);
  // What a part of the suite left is not what the whole suite leaves.
  if (files.length > 0) return suite;
  if (!localStack.isRecorded)
    report('NOTE: roles are not proven on this one: only functions of a LocalStack that this run starts are recorded');
  const afterFiles = localStack.isRecorded ? [] : ['executions'];
  const after = await runSuite(
    'after',
    afterFiles,
    { ...variables, REPRISE_RECORDED_CALLS: callsFolder },
    dataDir,
    stop,
  );
  report(`after it: ${String(after.passed)} passed, ${String(after.failed)} failed or skipped`);
  return { passed: suite.passed + after.passed, failed: suite.failed + after.failed };
}

let counts = { passed: 0, failed: 1 };
try {
  counts = await run();
} catch (error) {
  report(error instanceof Error ? (error.stack ?? error.message) : String(error));
}
const resultsFile = process.env['REPRISE_LOCALSTACK_RESULTS'];
if (resultsFile !== undefined) await writeFile(resultsFile, JSON.stringify(counts));
await started.stop();
if (counts.failed === 0) await rm(dataDir, { recursive: true, force: true });
else report(`what LocalStack and the suite wrote is left in ${dataDir}`);
report(`${String(counts.passed)} passed, ${String(counts.failed)} failed`);
process.exitCode = counts.failed === 0 ? 0 : 1;
