/** A small CDK app with the constructs the embedded cloud reads, and plain functions as its code. */
import { App, Duration, Stack } from 'aws-cdk-lib';
import { ApiDefinition, SpecRestApi } from 'aws-cdk-lib/aws-apigateway';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { DefinitionBody, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Bodies of `make(env)`; each evaluates to a handler. */
const code: Record<string, string> = {
  echo: `async (event, context) => {
    if (event.path.endsWith('/throw')) throw new Error('secret inside');
    if (event.path.endsWith('/bad')) return { nothing: true };
    return { statusCode: 200, headers: { 'x-function': context.functionName }, body: JSON.stringify({ event, env, left: context.getRemainingTimeInMillis() }) };
  }`,
  step: `async (event) => { if (event.fail) throw Object.assign(new Error('as asked'), { name: 'AsAsked' }); return { ...event, table: env.TABLE_NAME }; }`,
  slow: `() => new Promise(() => undefined)`,
  listen: `(event) => { (globalThis.embeddedCloudEvents ??= []).push(event); if (event.detail.fail) throw new Error('not now'); }`,
  tick: `() => { globalThis.embeddedCloudTicks = (globalThis.embeddedCloudTicks ?? 0) + 1; }`,
};

const definition = {
  StartAt: 'Step',
  States: {
    Step: {
      Type: 'Task',
      Resource: '${StepArn}',
      Next: 'Slow',
      Catch: [{ ErrorEquals: ['AsAsked'], ResultPath: '$.failure', Next: 'Caught' }],
    },
    Slow: { Type: 'Choice', Choices: [{ Variable: '$.slow', IsPresent: true, Next: 'Stall' }], Default: 'Done' },
    Stall: { Type: 'Task', Resource: '${SlowArn}', TimeoutSeconds: 30, End: true },
    Caught: { Type: 'Fail', ErrorPath: '$.failure.Error', CausePath: '$.failure.Cause' },
    Done: { Type: 'Succeed' },
  },
};

const bundleOf = (folder: string, name: string): string => {
  const at = path.join(folder, 'code', name);
  mkdirSync(at, { recursive: true });
  writeFileSync(path.join(at, 'index.mjs'), `export const make = (env) => ${code[name] ?? ''};\n`);
  return at;
};

/** Synthesizes into a new temporary folder and gives it. */
export const synthesizeSmallApp = (
  change: (api: Stack) => void = () => undefined,
): { readonly folder: string; readonly assemblyDir: string } => {
  const folder = mkdtempSync(path.join(tmpdir(), 'small-app-'));
  const assemblyDir = path.join(folder, 'cdk.out');
  const app = new App({ outdir: assemblyDir, analyticsReporting: false });
  const data = new Stack(app, 'small-data');
  const table = new Table(data, 'Table', {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    sortKey: { name: 'sk', type: AttributeType.STRING },
  });
  table.addGlobalSecondaryIndex({ indexName: 'byKind', partitionKey: { name: 'kind', type: AttributeType.STRING } });
  const queue = new Queue(data, 'Queue', { deadLetterQueue: { queue: new Queue(data, 'Dead'), maxReceiveCount: 3 } });

  const api = new Stack(app, 'small-api');
  const functions = Object.fromEntries(
    Object.keys(code).map((name) => [
      name,
      new Function(api, name, {
        functionName: `small-${name}`,
        runtime: Runtime.NODEJS_22_X,
        handler: 'index.handler',
        code: Code.fromAsset(bundleOf(folder, name)),
        timeout: Duration.seconds(name === 'slow' ? 1 : 10),
        environment: {
          TABLE_NAME: table.tableName,
          QUEUE_URL: queue.queueUrl,
          QUEUE_ARN: queue.queueArn,
          STACK: api.stackName,
        },
      }),
    ]),
  );
  const { echo, step, slow, tick, listen } = functions;
  if (!echo || !step || !slow || !tick || !listen) throw new Error('the small app lost a function');
  new StateMachine(api, 'Flow', {
    stateMachineName: 'small-flow',
    definitionBody: DefinitionBody.fromString(JSON.stringify(definition)),
    definitionSubstitutions: { StepArn: step.functionArn, SlowArn: slow.functionArn },
  });
  const uri = `arn:${api.partition}:apigateway:${api.region}:lambda:path/2015-03-31/functions/${echo.functionArn}/invocations`;
  const operation = {
    responses: {},
    'x-amazon-apigateway-integration': { type: 'aws_proxy', httpMethod: 'POST', uri },
  };
  new SpecRestApi(api, 'Api', {
    deployOptions: { stageName: 'api' },
    apiDefinition: ApiDefinition.fromInline({
      openapi: '3.0.1',
      info: { title: 'small', version: '1' },
      paths: {
        '/echo/v1/tasks/{request_id}': { get: operation, post: operation },
        '/echo/v1/tasks/{request_id}/throw': { get: operation },
        '/echo/v1/tasks/{request_id}/bad': { get: operation },
        '/flex/tasks': { get: operation },
      },
    }),
  });
  echo.addPermission('Gateway', { principal: new ServicePrincipal('apigateway.amazonaws.com') });
  new Rule(api, 'Tick', { schedule: Schedule.rate(Duration.minutes(1)), targets: [new LambdaFunction(tick)] });
  new Rule(api, 'Listen', {
    ruleName: 'small-listen',
    eventPattern: {
      source: ['aws.states', 'small'],
      detail: { status: ['RUNNING', 'ABORTED', 'asked'] },
    },
    targets: [new LambdaFunction(listen, { deadLetterQueue: new Queue(api, 'Lost', { queueName: 'small-lost' }) })],
  });
  change(api);
  app.synth();
  return { folder, assemblyDir };
};
