/** What differs between the environments, read from their templates. A change here is a change of a deployment: review it. */
import { App } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { resolveEnvironment } from '../../infra/environments.ts';
import { NetworkStack } from '../../infra/stacks/network-stack.ts';
import { deployedNames, synthesizeExample, type DeployedName, type Synthesized } from './synthesized.ts';
import { at, listAt } from './template-reading.ts';
import { temporaryFolder } from './temporary-folder.ts';

interface Reviewed {
  readonly stacks: readonly string[];
  readonly region: string;
  readonly account: string;
  readonly logRetentionDays: number;
  readonly taskRetentionDays: string;
  readonly auditRetentionDays: string;
  readonly deletionProtection: boolean;
  readonly customerKey: boolean;
  readonly logLevel: string;
  readonly flowLogLevel: string;
  /** Requests per second and burst. */
  readonly throttle: readonly [number, number];
  readonly webAclLimits: readonly number[];
  readonly domain: string | null;
  readonly tick: string;
  /** MiB and seconds, by group; concurrency where it is reserved. */
  readonly sizes: Readonly<Record<string, readonly [number, number, number?]>>;
  /** Service names of VPC endpoints. */
  readonly endpoints: readonly string[];
  readonly inNetwork: boolean;
  readonly alarmsReport: boolean;
}

const stacks = ['agents', 'api', 'data', 'events', 'flows', 'schedules'];
const sizes = { api: [1024, 28], events: [512, 30], schedules: [512, 55], steps: [512, 45] } as const;

const dev: Reviewed = {
  stacks,
  region: 'eu-central-1',
  account: '111111111111',
  logRetentionDays: 30,
  taskRetentionDays: '30',
  auditRetentionDays: '400',
  deletionProtection: false,
  customerKey: false,
  logLevel: 'DEBUG',
  flowLogLevel: 'ERROR',
  throttle: [100, 200],
  webAclLimits: [],
  domain: null,
  tick: 'rate(1 minute)',
  sizes,
  endpoints: [],
  inNetwork: false,
  alarmsReport: false,
};

const staging: Reviewed = {
  ...dev,
  logRetentionDays: 90,
  taskRetentionDays: '90',
  deletionProtection: true,
  customerKey: true,
  logLevel: 'INFO',
  flowLogLevel: 'ALL',
  webAclLimits: [100, 20_000],
  sizes: { ...sizes, api: [1024, 28, 50], schedules: [512, 55, 1] },
  inNetwork: true,
};

const reviewed: Readonly<Record<DeployedName, Reviewed>> = {
  local: { ...dev, region: 'us-east-1', account: '000000000000', logRetentionDays: 7, logLevel: 'INFO' },
  dev,
  staging,
  prod: {
    ...staging,
    stacks: [...stacks, 'network'].sort(),
    logRetentionDays: 365,
    taskRetentionDays: '365',
    throttle: [500, 1000],
    domain: 'copies.example',
    endpoints: ['dynamodb', 'secretsmanager', 'sqs', 'states', 'sts'],
    alarmsReport: true,
  },
};

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];
/** The one value that all resources of a type have at a path. Throws when they differ. */
const common = (app: Synthesized, type: string, ...path: readonly (string | number)[]): unknown => {
  const values = unique(app.ofType(type).map(({ properties }) => JSON.stringify(at(properties, ...path) ?? null)));
  if (values.length !== 1) throw new Error(`${type} ${path.join('.')} is ${values.join(' and ')}`);
  return JSON.parse(values[0] ?? 'null');
};
const variable = (app: Synthesized, name: string): unknown =>
  common(app, 'AWS::Lambda::Function', 'Environment', 'Variables', name);

const sizesOf = (app: Synthesized): Record<string, unknown> =>
  Object.fromEntries(
    app.ofType('AWS::Lambda::Function').map(({ properties }) => {
      const group = z.string().parse(properties['FunctionName']).split('-')[2] ?? '';
      const reserved = properties['ReservedConcurrentExecutions'];
      return [group, [properties['MemorySize'], properties['Timeout'], ...(reserved === undefined ? [] : [reserved])]];
    }),
  );

const rateLimits = (app: Synthesized): unknown[] =>
  app
    .ofType('AWS::WAFv2::WebACL')
    .flatMap(({ properties }) => listAt(properties, 'Rules'))
    .flatMap((rule) => at(rule, 'Statement', 'RateBasedStatement', 'Limit') ?? []);

const endpointsOf = (app: Synthesized): string[] =>
  app
    .ofType('AWS::EC2::VPCEndpoint')
    .map(({ properties }) => /\.([a-z]+)"?[\]}]*$/.exec(JSON.stringify(properties['ServiceName']))?.[1] ?? '');

const found = (name: DeployedName, app: Synthesized): Reviewed => ({
  stacks: app.stacks.map(({ name: stack }) => stack.replace(`reprise-${name}-`, '')).sort(),
  region: z.string().parse(variable(app, 'FLOW_ARN_PREFIX')).split(':')[3] ?? '',
  account: z.string().parse(variable(app, 'FLOW_ARN_PREFIX')).split(':')[4] ?? '',
  logRetentionDays: z.number().parse(common(app, 'AWS::Logs::LogGroup', 'RetentionInDays')),
  taskRetentionDays: z.string().parse(variable(app, 'TASK_RETENTION_DAYS')),
  auditRetentionDays: z.string().parse(variable(app, 'AUDIT_RETENTION_DAYS')),
  deletionProtection: z.boolean().parse(common(app, 'AWS::DynamoDB::Table', 'DeletionProtectionEnabled')),
  customerKey: app.ofType('AWS::KMS::Key').length === 1,
  logLevel: z.string().parse(variable(app, 'LOG_LEVEL')),
  flowLogLevel: z.string().parse(common(app, 'AWS::StepFunctions::StateMachine', 'LoggingConfiguration', 'Level')),
  throttle: [
    z.number().parse(common(app, 'AWS::ApiGateway::Stage', 'MethodSettings', 0, 'ThrottlingRateLimit')),
    z.number().parse(common(app, 'AWS::ApiGateway::Stage', 'MethodSettings', 0, 'ThrottlingBurstLimit')),
  ],
  webAclLimits: z.array(z.number()).parse(rateLimits(app)),
  domain: z
    .string()
    .nullable()
    .parse(app.ofType('AWS::ApiGateway::DomainName')[0]?.properties['DomainName'] ?? null),
  tick: z
    .string()
    .parse(app.ofType('AWS::Events::Rule').flatMap(({ properties }) => properties['ScheduleExpression'] ?? [])[0]),
  sizes: z.record(z.string(), z.custom<readonly [number, number, number?]>(Array.isArray)).parse(sizesOf(app)),
  endpoints: endpointsOf(app).sort(),
  inNetwork: app.ofType('AWS::Lambda::Function').some(({ properties }) => properties['VpcConfig'] !== undefined),
  alarmsReport: common(app, 'AWS::CloudWatch::Alarm', 'AlarmActions') !== null,
});

describe.each(deployedNames)('the environment %s', (name) => {
  it('is deployed as it was reviewed', () => {
    expect(found(name, synthesizeExample(name))).toEqual(reviewed[name]);
  });
});

describe('the endpoints of a network without a way out', () => {
  const app = synthesizeExample('prod');
  const endpoints = app.ofType('AWS::EC2::VPCEndpoint').map(({ properties }) => properties);

  it('are reached by a route to the table, in the route tables given', () => {
    const gateways = endpoints.filter(({ VpcEndpointType }) => VpcEndpointType === 'Gateway');
    expect(gateways).toEqual([
      expect.objectContaining({ VpcId: 'vpc-0a1b2c3d4e5f60718', RouteTableIds: ['rtb-0a1b2c3d4e5f60718'] }),
    ]);
  });

  it('answer under the usual names, one address per zone, to the functions alone', () => {
    const interfaces = endpoints.filter(({ VpcEndpointType }) => VpcEndpointType === 'Interface');
    expect(interfaces).toHaveLength(4);
    for (const endpoint of interfaces) {
      expect(endpoint).toMatchObject({
        PrivateDnsEnabled: true,
        SubnetIds: ['subnet-0a1b2c3d4e5f60718', 'subnet-0b1c2d3e4f5061728'],
        SecurityGroupIds: [{ 'Fn::GetAtt': [expect.stringMatching(/^Door/), 'GroupId'] }],
      });
    }
    const sources = app
      .ofType('AWS::EC2::SecurityGroupIngress')
      .map(({ properties }) => properties['SourceSecurityGroupId']);
    expect(sources).toEqual(['sg-0a1b2c3d4e5f60718']);
  });

  it('cover every service that a function in the network may call', () => {
    const roles = app
      .ofType('AWS::Lambda::Function')
      .filter(({ properties }) => properties['VpcConfig'] !== undefined)
      .map(({ properties }) => at(properties, 'Role', 'Fn::GetAtt', 0));
    const actions = app
      .ofType('AWS::IAM::Role')
      .filter(({ logicalId }) => roles.includes(logicalId))
      .flatMap(({ properties }) => [...JSON.stringify(properties['Policies']).matchAll(/"([a-z0-9]+):[A-Z]\w+"/g)])
      .map(([, service]) => service);
    // Lambda writes logs and makes the interface for the function, the table uses the key for it.
    const madeForTheFunction = ['ec2', 'kms', 'logs'];
    const called = unique(actions).filter((service) => !madeForTheFunction.includes(service ?? ''));
    expect(called.sort()).toEqual(endpointsOf(app).sort());
  });
});

describe('a network stack', () => {
  it('refuses a service whose endpoint it does not know, rather than leave functions without', () => {
    const { environment } = synthesizeExample('prod');
    const app = new App({ outdir: temporaryFolder('reprise-assembly-') });
    expect(() => new NetworkStack(app, environment, environment.network!, ['dynamodb', 'glacier'])).toThrow(
      'knows no endpoint of glacier',
    );
  });

  it('is not made where the network has its endpoints', () => {
    const { environment, stacks: made } = synthesizeExample('staging');
    expect(environment.network?.endpoints).toBe('exists');
    expect(made.map(({ name }) => name)).not.toContain('reprise-staging-network');
  });
});

describe('resolveEnvironment', () => {
  it.each(['dev', 'staging', 'prod'] as const)('does not guess the account of %s, nor its array', (name) => {
    const account = '111111111111';
    expect(() => resolveEnvironment(name)).toThrow(`environment ${name} needs an account`);
    expect(() => resolveEnvironment(name, { account })).toThrow(`environment ${name} needs an array`);
    expect(resolveEnvironment(name, { account, array: { sdpUrl: null } }).array.sdpUrl).toBeNull();
  });
});
