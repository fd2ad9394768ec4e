/**
 * `npm run test:localstack [-- file…]`: LocalStack, the CDK app on it, the end-to-end suite over it; everything it
 * started is stopped again. Uses the LocalStack at AWS_ENDPOINT_URL where that is set, and else two of its own: the
 * suite mostly waits, so that two halves of it side by side take little more than half the time.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../../local/localstack/deployment.ts';
import {
  type LocalStackFacts,
  type PreparedLocalStack,
  prepareLocalStack,
  versionAt,
} from '../../local/localstack/localstack.ts';
import { Started } from '../../local/site/started.ts';
import { stopSignal } from '../../local/site/stop-signals.ts';
import { type DeployedLocalStack, deployedVariable } from '../e2e/bed/deployed-localstack.ts';
import { endAbandonedBeds } from './abandoned-beds.ts';
import { deployLane, type LaneOptions, startRecordedLocalStack } from './lane.ts';
import { runSuite, type SuiteOutcome } from './suite.ts';

const startedAt = Date.now();
const report = (line: string): void => {
  process.stdout.write(`[${String(Math.round((Date.now() - startedAt) / 1000)).padStart(4)} s] ${line}\n`);
};

const files = process.argv.slice(2);
const running = process.env['AWS_ENDPOINT_URL'] ?? '';
const isRecorded = running === '';
const lanes = running === '' && files.length !== 1 ? [1, 2] : [1];

const stop = stopSignal();
const startedLanes: Started[] = [];
const dataDir = await mkdtemp(join(tmpdir(), 'reprise-test-localstack-'));
const callsFolder = join(dataDir, 'calls');

async function localStackFor(prepared: PreparedLocalStack | undefined, options: LaneOptions): Promise<LocalStackFacts> {
  if (prepared !== undefined) return startRecordedLocalStack(prepared, callsFolder, options);
  const version = await versionAt(running);
  return { endpoint: running, version, executor: 'the LocalStack that was running already' };
}

async function startLane(lane: number, prepared: PreparedLocalStack | undefined): Promise<DeployedLocalStack> {
  const started = new Started();
  startedLanes.push(started);
  const say = (line: string): void => report(`${String(lane)}: ${line}`);
  const options = { dataDir: join(dataDir, `lane-${String(lane)}`), started, report: say };
  const { endpoint, version, executor } = await localStackFor(prepared, options);
  say(`LocalStack ${version} at ${endpoint}, functions run by ${executor}`);
  stop.throwIfAborted();
  return deployLane(endpoint, options);
}

async function startLanes(): Promise<readonly DeployedLocalStack[]> {
  const prepared = isRecorded ? await prepareLocalStack(report) : undefined;
  await bundle(report);
  const starting = lanes.map((lane) => startLane(lane, prepared));
  // When one fails the others must have started before they can be stopped.
  await Promise.allSettled(starting);
  return Promise.all(starting);
}

const told = (part: string, { passed, failed }: SuiteOutcome): void =>
  report(`${part}: ${String(passed)} passed, ${String(failed)} failed or skipped`);

/** Every test of both parts. */
async function run(): Promise<SuiteOutcome> {
  await mkdir(callsFolder);
  const variables = { [deployedVariable]: JSON.stringify(await startLanes()) };
  stop.throwIfAborted();
  const suite = await runSuite('suite', files, variables, dataDir, stop);
  told('the suite', suite);
  // What a part of the suite left is not what the whole suite leaves.
  if (files.length > 0) return suite;
  if (!isRecorded)
    report('NOTE: roles are not proven on this one: only functions of a LocalStack that this run starts are recorded');
  const afterFiles = isRecorded ? [] : ['executions'];
  const recorded = { ...variables, REPRISE_RECORDED_CALLS: callsFolder };
  const after = await runSuite('after', afterFiles, recorded, dataDir, stop);
  told('after it', after);
  return { passed: suite.passed + after.passed, failed: suite.failed + after.failed };
}

let counts: SuiteOutcome = { passed: 0, failed: 1 };
try {
  counts = await run();
} catch (error) {
  report(error instanceof Error ? (error.stack ?? error.message) : String(error));
}
const resultsFile = process.env['REPRISE_LOCALSTACK_RESULTS'];
if (resultsFile !== undefined) await writeFile(resultsFile, JSON.stringify(counts));
if (stop.aborted) await endAbandonedBeds();
await Promise.all(startedLanes.map((lane) => lane.stop()));
if (counts.failed === 0) await rm(dataDir, { recursive: true, force: true });
else report(`what LocalStack and the suite wrote is left in ${dataDir}`);
report(`${String(counts.passed)} passed, ${String(counts.failed)} failed`);
process.exitCode = counts.failed === 0 ? 0 : 1;
