/**
 * The embedded cloud runs what the CDK app says, no more and no less. The templates are read here once more, by a reader
 * of our own, so that a mistake of the embedded cloud's reader shows.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { buildApp } from '../../infra/build-app.ts';
import { type EmbeddedCloud, startEmbeddedCloud } from '../../local/cloud/embedded-cloud.ts';
import { newDataDir } from './bed/site-bed.ts';

const repository = resolve(fileURLToPath(new URL('../..', import.meta.url)));

const Template = z.object({
  Resources: z.record(
    z.string(),
    z.object({
      Type: z.string(),
      Properties: z.record(z.string(), z.unknown()).default({}),
      Metadata: z.record(z.string(), z.unknown()).default({}),
    }),
  ),
});
interface Resource {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
}

let dataDir: string;
let cloud: EmbeddedCloud;
let resources: readonly Resource[];

beforeAll(async () => {
  dataDir = await newDataDir();
  const assemblyDir = join(dataDir, 'assembly');
  buildApp('embedded', {
    environment: { array: { sdpUrl: 'https://127.0.0.1:9', sdpCaFile: '/nowhere/ca.pem' } },
    outdir: assemblyDir,
  }).synth();
  resources = readdirSync(assemblyDir)
    .filter((file) => file.endsWith('.template.json'))
    .flatMap((file) =>
      Object.entries(Template.parse(JSON.parse(readFileSync(join(assemblyDir, file), 'utf8'))).Resources),
    )
    .map(([logicalId, { Type: type, Properties: properties, Metadata: metadata }]) => ({
      logicalId,
      type,
      properties,
      metadata,
    }));
  const secrets = { 'reprise/sdp': JSON.stringify({ username: 'u', password: 'p' }) };
  cloud = await startEmbeddedCloud({
    assemblyDir,
    dataDir: join(dataDir, 'cloud'),
    port: 0,
    secrets,
    sourceRoot: repository,
    log: () => undefined,
  });
}, 60_000);

afterAll(async () => {
  await cloud.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const ofType = (type: string): readonly Resource[] => resources.filter((one) => one.type === type);
const text = (value: unknown): string => z.string().parse(value);
const functionArn = (name: string): string => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;

/** The value of a reference, by the few forms that the app's templates use. */
function valueOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const parsed = z
    .union([
      z.object({ 'Fn::Join': z.tuple([z.string(), z.array(z.unknown())]) }),
      z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) }),
      z.object({ Ref: z.string() }),
    ])
    .parse(value);
  if ('Fn::Join' in parsed) return parsed['Fn::Join'][1].map(valueOf).join(parsed['Fn::Join'][0]);
  if ('Ref' in parsed && parsed.Ref === 'AWS::Partition') return 'aws';
  const logicalId = 'Ref' in parsed ? parsed.Ref : parsed['Fn::GetAtt'][0];
  const target = resources.find((one) => one.logicalId === logicalId);
  if (target?.type === 'AWS::Lambda::Function') return functionArn(text(target.properties['FunctionName']));
  return text(target?.properties['TableName'] ?? target?.properties['QueueName']);
}

describe('the embedded cloud', () => {
  it('runs exactly the functions of the app, each from its folder', () => {
    const wanted = ofType('AWS::Lambda::Function').map((one) => text(one.properties['FunctionName']));
    expect(cloud.app.functions.map((one) => one.name).sort()).toEqual([...wanted].sort());
    expect(wanted.length).toBeGreaterThan(20);
    const folders = ['api', 'steps', 'schedules', 'events'].flatMap((group) =>
      readdirSync(join(repository, 'functions', group)).map((name) => `functions/${group}/${name}/handler.ts`),
    );
    const handlers = folders.filter((file) => existsSync(join(repository, file))).map((file) => join(repository, file));
    expect(cloud.app.functions.map((one) => one.bundlePath).sort()).toEqual(handlers.sort());
  });

  it('gives each function exactly the variables of its template, and the addresses of the engines', () => {
    const ours =
      /^(AWS_ENDPOINT_URL_|AWS_REGION$|AWS_DEFAULT_REGION$|AWS_ACCESS_KEY_ID$|AWS_SECRET_ACCESS_KEY$|AWS_LAMBDA_FUNCTION_NAME$|DYNAMODB_ENDPOINT$)/;
    for (const { properties } of ofType('AWS::Lambda::Function')) {
      const name = text(properties['FunctionName']);
      const declared = z
        .object({ Variables: z.record(z.string(), z.unknown()) })
        .parse(properties['Environment'] ?? { Variables: {} }).Variables;
      const actual = Object.fromEntries(Object.entries(cloud.environmentOf(name)).filter(([key]) => !ours.test(key)));
      expect([name, Object.keys(actual).sort()]).toEqual([name, Object.keys(declared).sort()]);
      for (const [key, value] of Object.entries(declared)) {
        // A queue's URL is where the engine put it; everything else is known from the template alone.
        if (typeof value === 'object' && JSON.stringify(value).includes('Queue'))
          expect(actual[key]).toContain(valueOf(value));
        else expect([name, key, actual[key]]).toEqual([name, key, valueOf(value)]);
      }
      expect(cloud.app.functions.find((one) => one.name === name)?.timeoutSeconds).toBe(properties['Timeout']);
    }
  });

  it('runs exactly the definitions in statemachines/, their placeholders filled as the templates say', () => {
    const flows = readdirSync(join(repository, 'statemachines')).filter((name) =>
      existsSync(join(repository, 'statemachines', name, 'definition.asl.json')),
    );
    expect(cloud.app.stateMachines).toHaveLength(flows.length);
    for (const flow of flows) {
      const running = cloud.app.stateMachines.filter((one) => one.name.endsWith(flow));
      expect([flow, running.length]).toEqual([flow, 1]);
      const definition: unknown = JSON.parse(running[0]?.definition ?? '');
      const file: unknown = JSON.parse(
        readFileSync(join(repository, 'statemachines', flow, 'definition.asl.json'), 'utf8'),
      );
      expectFilled(file, definition, flow);
    }
  });

  it('serves exactly the paths of the gateway, each by its own function', () => {
    const [api, another] = ofType('AWS::ApiGateway::RestApi');
    expect(another).toBeUndefined();
    const Body = z.object({
      paths: z.record(
        z.string(),
        z.record(z.string(), z.object({ 'x-amazon-apigateway-integration': z.object({ uri: z.unknown() }) })),
      ),
    });
    const wanted = Object.entries(Body.parse(api?.properties['Body']).paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(
        ([
          method,
          {
            'x-amazon-apigateway-integration': { uri },
          },
        ]) => {
          const [, name] = /function:([^/:]+)\/invocations/.exec(valueOf(uri)) ?? [];
          return `${method.toUpperCase()} ${path} ${name ?? '?'}`;
        },
      ),
    );
    expect(cloud.app.api.map((one) => `${one.method} ${one.path} ${one.functionName}`).sort()).toEqual(wanted.sort());
    expect(wanted.length).toBeGreaterThan(20);
  });

  it('knows of no table, queue or rule besides', () => {
    expect(cloud.app.tables.map((one) => one.TableName)).toEqual(
      ofType('AWS::DynamoDB::Table').map((one) => one.properties['TableName']),
    );
    expect(cloud.app.queues).toHaveLength(ofType('AWS::SQS::Queue').length);
    const Targets = z.array(z.object({ Arn: z.unknown() }));
    const wanted = ofType('AWS::Events::Rule').flatMap(({ properties }) =>
      Targets.parse(properties['Targets']).map(({ Arn }) => [
        properties['Name'],
        valueOf(Arn),
        properties['ScheduleExpression'] ?? properties['EventPattern'],
      ]),
    );
    const running = [
      ...cloud.app.scheduledRules.map((one) => [one.name, functionArn(one.functionName), one.schedule]),
      ...cloud.app.eventRules.map((one) => [one.name, functionArn(one.functionName), one.pattern]),
    ];
    const sorted = (rows: readonly unknown[]): string[] => rows.map((row) => JSON.stringify(row)).sort();
    expect(sorted(running)).toEqual(sorted(wanted));
    expect(wanted.length).toBeGreaterThanOrEqual(2);
  });
});

/** The same structure; where the file has a placeholder, the running definition has a function of the app or a number. */
function expectFilled(file: unknown, running: unknown, at: string): void {
  if (typeof file === 'string' && file.includes('${')) {
    const [, placeholder = ''] = /^\$\{(\w+)\}$/.exec(file) ?? [];
    if (placeholder.endsWith('Function')) {
      const words = placeholder
        .slice(0, -'Function'.length)
        .replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-')
        .toLowerCase();
      expect([at, running]).toEqual([at, expect.stringMatching(new RegExp(`(^|[:-])${words}$`))]);
      expect(ofType('AWS::Lambda::Function').map((one) => functionArn(text(one.properties['FunctionName'])))).toContain(
        String(running).startsWith('arn:') ? running : functionArn(String(running)),
      );
    } else expect([at, running]).toEqual([at, expect.any(Number)]);
  } else if (Array.isArray(file)) {
    const list = z.array(z.unknown()).parse(running);
    expect([at, list.length]).toEqual([at, file.length]);
    file.forEach((item: unknown, index) => {
      expectFilled(item, list[index], `${at}[${String(index)}]`);
    });
  } else if (typeof file === 'object' && file !== null) {
    const record = z.record(z.string(), z.unknown()).parse(running);
    expect([at, Object.keys(record).sort()]).toEqual([at, Object.keys(file).sort()]);
    for (const [key, value] of Object.entries(file)) expectFilled(value, record[key], `${at}.${key}`);
  } else expect([at, running]).toEqual([at, file]);
}
