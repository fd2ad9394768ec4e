/** A LocalStack with the product on it, an array's identity it trusts, and a front door: what one worker's beds use. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { keepArraySecret } from '../../local/localstack/array-secret.ts';
import { deploy } from '../../local/localstack/deployment.ts';
import { startLocalStackFrontDoor } from '../../local/localstack/front-door.ts';
import { type LocalStackFacts, type PreparedLocalStack, startLocalStack } from '../../local/localstack/localstack.ts';
import type { Started } from '../../local/site/started.ts';
import type { DeployedLocalStack } from '../e2e/bed/deployed-localstack.ts';
import { makeArrayIdentity } from './array-identity.ts';

export interface LaneOptions {
  readonly dataDir: string;
  /** Gets what is to be stopped when the run is over. */
  readonly started: Started;
  readonly report: (line: string) => void;
}

/** Notes every AWS call of every function in `callsFolder`. */
const recorder = (callsFolder: string): string => {
  const url = new URL('recorder/record-sdk-calls.mjs', import.meta.url);
  url.searchParams.set('to', callsFolder);
  return url.href;
};

export async function startRecordedLocalStack(
  prepared: PreparedLocalStack,
  callsFolder: string,
  options: LaneOptions,
): Promise<LocalStackFacts> {
  const { dataDir, started } = options;
  await mkdir(dataDir, { recursive: true });
  const logFile = join(dataDir, 'localstack.log');
  const localStack = await startLocalStack({ port: 0, logFile, preload: recorder(callsFolder), prepared });
  started.add(() => localStack.stop());
  return localStack;
}

/** Deploys the bundles that are there. */
export async function deployLane(endpoint: string, options: LaneOptions): Promise<DeployedLocalStack> {
  const { dataDir, report, started } = options;
  const { url: sdpUrl, caFile: sdpCaFile, ...array } = await makeArrayIdentity(join(dataDir, 'array-identity'));
  await keepArraySecret(endpoint, { username: 'reprise', password: array.password });
  // Waits that tests sit through are short here. Not as short as they could be: a function that starts cold on a busy
  // machine must not look like an agent's silence.
  const environment = { array: { sdpUrl, sdpCaFile }, agentHeartbeatSeconds: 7, startGraceSeconds: 3 };
  const { apiId, tableName } = await deploy({ endpoint, environment, report });
  const door = await startLocalStackFrontDoor({ endpoint, apiId, dataDir, port: 0, log: report });
  started.add(() => door.stop());
  report(`deployed; the API is at ${door.url}`);
  return { endpoint, url: door.url, caFile: door.caFile, tableName, array };
}
