/** The CDK app on a LocalStack: bundled and synthesized here, bootstrapped and deployed by the `cdk` command as it is. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand, DeleteStackCommand } from '@aws-sdk/client-cloudformation';
import { z } from 'zod';
import { buildApp } from '../../infra/build-app.ts';
import { bundleFunctions } from '../../infra/bundle.ts';
import type { EnvironmentOverrides } from '../../infra/environments.ts';
import { resolveEnvironment } from '../../infra/environments.ts';
import { namesOf } from '../../infra/names.ts';
import { rootsOf } from '../../infra/sources.ts';
import { waitUntil } from '../site/wait-until.ts';
import { clientConfig } from './client-config.ts';
import { runCommand } from './run-command.ts';

export interface Deployment {
  /** Of the REST API, without a path: LocalStack serves it by Host header. */
  readonly apiId: string;
  readonly tableName: string;
}

export interface DeployOptions {
  readonly endpoint: string;
  readonly environment: EnvironmentOverrides;
  readonly report: (line: string) => void;
}

const cdkProgram = createRequire(import.meta.url).resolve('aws-cdk/bin/cdk');

const Outputs = z.record(z.string(), z.record(z.string(), z.string()));

/** `cdk` looks nowhere else: no profile, no metadata service, no real account. */
const cdkEnvironment = (endpoint: string): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  AWS_ENDPOINT_URL: endpoint,
  AWS_ENDPOINT_URL_S3: endpoint,
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: 'us-east-1',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
  CDK_DISABLE_CLI_TELEMETRY: 'true',
  CI: 'true',
});

const cdk = (endpoint: string, args: readonly string[]): Promise<string> =>
  runCommand(process.execPath, [cdkProgram, ...args, '--no-notices', '--no-version-reporting'], {
    env: cdkEnvironment(endpoint),
  });

/**
 * An update that changes the API's body fails on LocalStack (its stage is created again: ConflictException) and leaves
 * the API unreachable, so an API that is there already is removed first. It gets a new id.
 */
async function removeApiStack(endpoint: string, stackName: string): Promise<void> {
  const client = new CloudFormationClient(clientConfig(endpoint));
  const isThere = async (): Promise<boolean> => {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({}));
    return Stacks.some((stack) => stack.StackName === stackName && stack.StackStatus !== 'DELETE_COMPLETE');
  };
  try {
    if (!(await isThere())) return;
    await client.send(new DeleteStackCommand({ StackName: stackName }));
    await waitUntil(`stack ${stackName} to be gone`, 60_000, async () => ((await isThere()) ? undefined : true));
  } finally {
    client.destroy();
  }
}

async function deployInto(outdir: string, { endpoint, environment, report }: DeployOptions): Promise<Deployment> {
  const names = namesOf(resolveEnvironment('local', environment));
  report('synthesizing');
  buildApp('local', { environment, outdir }).synth();
  report('bootstrapping');
  await cdk(endpoint, ['bootstrap', 'aws://000000000000/us-east-1', '--app', outdir]);
  await removeApiStack(endpoint, names.stack('api'));
  report('deploying every stack');
  const outputsFile = join(outdir, 'outputs.json');
  const options = [
    '--app',
    outdir,
    '--require-approval',
    'never',
    '--outputs-file',
    outputsFile,
    '--concurrency',
    '2',
    '--method',
    'direct',
  ];
  await cdk(endpoint, ['deploy', '--all', ...options]);
  const outputs = Outputs.parse(JSON.parse(await readFile(outputsFile, 'utf8')));
  const apiId = outputs[names.stack('api')]?.['ApiId'];
  if (apiId === undefined) throw new Error(`${names.stack('api')} has no output ApiId`);
  return { apiId, tableName: names.table };
}

/** What a deployment takes its functions from: `dist/functions`, made anew. */
export async function bundle(report: (line: string) => void): Promise<void> {
  report('bundling the functions');
  await bundleFunctions(rootsOf([]));
}

/** Deploys what `bundle` made. @throws Error with what `cdk` printed. */
export async function deploy(options: DeployOptions): Promise<Deployment> {
  const outdir = await mkdtemp(join(tmpdir(), 'reprise-cdk-'));
  try {
    return await deployInto(outdir, options);
  } finally {
    await rm(outdir, { recursive: true, force: true });
  }
}
