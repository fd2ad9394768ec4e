/** The embedded cloud: the product's own functions and state machines in one process, on engines from npm. */
import { createQueues, createTables } from './create-resources.ts';
import { startDynamoDb } from './dynamodb.ts';
import { type Endpoints, engineEnvironment, provideProcessDefaults } from './engine-environment.ts';
import { executionStatusChange } from './events/cloud-event.ts';
import { putAsideTo } from './events/dead-letters.ts';
import { EventBus } from './events/event-bus.ts';
import { keptCertificate } from './front-door/certificate.ts';
import { startFrontDoor } from './front-door/front-door.ts';
import type { Environment } from './function-bundle.ts';
import type { FunctionOutput } from './function-output.ts';
import { FunctionHost } from './functions.ts';
import type { Invocation } from './invocation-log.ts';
import { startSchedules } from './schedules/schedules.ts';
import { openSecrets } from './kept-secrets.ts';
import { type PutEvent, startSecretsAndEvents } from './secrets-and-events.ts';
import { startSqs } from './sqs.ts';
import type { Execution } from './state-machines/execution.ts';
import { startStepFunctions } from './state-machines/step-functions.ts';
import { StopInOrder } from './stop-in-order.ts';
import type { TableAccess } from './table-access.ts';
import { readSynthesizedApp, type SynthesizedApp } from './synthesized-app.ts';
import { type Log, logToStandardError } from './wire/log.ts';

export interface EmbeddedCloudOptions {
  /** A cloud assembly: what `cdk synth` wrote. */
  readonly assemblyDir: string;
  /** Holds the database and the TLS identity; made when absent. */
  readonly dataDir: string;
  /** Of the front door; 0 takes a free one. */
  readonly port: number;
  /** Values by secret name; more can be made by the service's own calls. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Added to, and winning over, every function's own variables. */
  readonly environment?: Environment;
  /** Repository whose sources run where the app was synthesized without bundles. */
  readonly sourceRoot?: string;
  /** Runs every scheduled rule this often instead of on its schedule. */
  readonly sweepIntervalMs?: number;
  readonly log?: Log;
  /** What the functions log; standard output when left out. */
  readonly functionOutput?: FunctionOutput;
}

export interface EmbeddedCloud {
  /** `https://127.0.0.1:PORT` */
  readonly url: string;
  /** PEM file to trust for `url`. */
  readonly caFile: string;
  readonly endpoints: Endpoints;
  readonly app: SynthesizedApp;
  /** Throws when the app has none. */
  readonly table: TableAccess;
  /** Rejects with what the function threw. */
  invoke(functionName: string, event: unknown): Promise<unknown>;
  /** Throws for a function the app does not have. */
  environmentOf(functionName: string): Environment;
  /** Newest first; each has `status`, `end`, and `history` with its events and counts. */
  executions(): readonly Execution[];
  /** The newest 10,000, oldest first. */
  invocations(): readonly Invocation[];
  /** Events put on EventBridge: the newest 1,000, oldest first. */
  events(): readonly PutEvent[];
  /** Ends servers, child process, timers and executions; nothing keeps the process alive afterwards. */
  stop(): Promise<void>;
}

const startEngines = async (
  options: EmbeddedCloudOptions,
  host: FunctionHost,
  bus: EventBus,
  parts: StopInOrder,
  log: Log,
) => {
  const starting = [
    startDynamoDb(options.dataDir).then((started) => parts.add(started)),
    startSqs().then((started) => parts.add(started)),
    startStepFunctions(host.invoke, log).then((started) => parts.add(started)),
    startSecretsAndEvents(openSecrets(options.dataDir, options.secrets), log, (event) => bus.publish(event)).then(
      (started) => parts.add(started),
    ),
  ] as const;
  // When one fails the others must have started before they can be stopped.
  await Promise.allSettled(starting);
  const [dynamodb, sqs, stepFunctions, secrets] = await Promise.all(starting);
  const endpoints: Endpoints = {
    dynamodb: dynamodb.endpoint,
    sqs: sqs.endpoint,
    stepfunctions: stepFunctions.endpoint,
    secrets: secrets.endpoint,
  };
  return { sqs, stepFunctions, secrets, endpoints };
};

const loadFunctions = (
  host: FunctionHost,
  app: SynthesizedApp,
  endpoints: Endpoints,
  options: EmbeddedCloudOptions,
): Promise<void> =>
  host.load(
    app.functions.map((source) => ({
      ...source,
      environment: {
        ...source.environment,
        ...engineEnvironment(endpoints),
        AWS_LAMBDA_FUNCTION_NAME: source.name,
        ...options.environment,
      },
    })),
    options.functionOutput,
  );

const tableOf = (app: SynthesizedApp, endpoints: Endpoints): TableAccess => {
  const name = app.tables[0]?.TableName;
  if (name === undefined) throw new Error('the app has no table');
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return { name, config: { region: 'us-east-1', endpoint: endpoints.dynamodb, credentials } };
};

const startParts = async (options: EmbeddedCloudOptions, parts: StopInOrder): Promise<EmbeddedCloud> => {
  const log = options.log ?? logToStandardError;
  const host = new FunctionHost();
  const bus = new EventBus({ invoke: host.invoke, log });
  const { sqs, stepFunctions, secrets, endpoints } = await startEngines(options, host, bus, parts, log);
  const readOptions = {
    queueUrl: sqs.queueUrl,
    ...(options.sourceRoot === undefined ? {} : { sourceRoot: options.sourceRoot }),
  };
  const app = await readSynthesizedApp(options.assemblyDir, readOptions);
  await Promise.all([
    createTables(endpoints.dynamodb, app.tables),
    createQueues(endpoints.sqs, app.queues),
    loadFunctions(host, app, endpoints, options),
  ]);
  stepFunctions.load(app.stateMachines, host.names);
  stepFunctions.executions.onStatusChange = (execution) => bus.publish(executionStatusChange(execution));
  bus.load(app.eventRules, putAsideTo(endpoints.sqs, sqs.queueUrl));
  const certificate = await keptCertificate(options.dataDir);
  const door = parts.add(
    await startFrontDoor({
      methods: app.api,
      stageName: app.stageName,
      certificate,
      port: options.port,
      invoke: host.invoke,
      log,
    }),
  );
  parts.add(startSchedules(app.scheduledRules, host.invoke, log, options.sweepIntervalMs));
  // Stopped before the engines: what ends with them is found at the next start, and is no news now.
  parts.add(bus);
  return {
    url: door.url,
    caFile: certificate.caFile,
    endpoints,
    app,
    get table() {
      return tableOf(app, endpoints);
    },
    invoke: host.invoke,
    environmentOf: (functionName) => host.environmentOf(functionName),
    executions: () => stepFunctions.executions.all(),
    invocations: () => host.invocations(),
    events: () => secrets.events(),
    stop: () => parts.stop(),
  };
};

/**
 * Starts everything, or nothing: a failure on the way stops what had started and is thrown. DynamoDB's tables survive a
 * restart on the same `dataDir`; executions, task tokens and queued messages do not, and the product's sweeper repairs
 * what they leave behind, as it would on AWS.
 */
export const startEmbeddedCloud = async (options: EmbeddedCloudOptions): Promise<EmbeddedCloud> => {
  provideProcessDefaults();
  const parts = new StopInOrder();
  try {
    return await startParts(options, parts);
  } catch (error) {
    await parts.stop();
    throw error;
  }
};
