/**
 * What every resource of every environment must have, by type: a resource that is added tomorrow is covered, and a type
 * that is new here fails until somebody has thought about it.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { acceptedWildcards } from '../../infra/accepted-wildcards.ts';
import { taskStates } from './asl-tasks.ts';
import { allowedActions, type Allowed } from './policy-statements.ts';
import { deployedNames, resolveText, synthesizeExample, type Resource } from './synthesized.ts';
import { at, isEverybody, labelOf, listAt, referredTo, statementsIn } from './template-reading.ts';

const runbook = readFileSync(fileURLToPath(new URL('../../docs/runbook.md', import.meta.url)), 'utf8');
const runbookAnchors = new Set([...runbook.matchAll(/^## ([a-z-]+)$/gm)].map(([, anchor]) => anchor));

/** API Gateway waits no longer for a function. */
const gatewayTimeoutSeconds = 29;

/** What the rules below were written for. Before a type is added: does it store, log, open, repeat or wait? */
const thoughtAbout = [
  /^AWS::ApiGateway::(Account|BasePathMapping|Deployment|DomainName|GatewayResponse|RestApi|Stage)$/,
  /^AWS::CloudWatch::Alarm$/,
  /^AWS::DynamoDB::Table$/,
  /^AWS::EC2::(SecurityGroup|SecurityGroupIngress|VPCEndpoint)$/,
  /^AWS::Events::Rule$/,
  /^AWS::IAM::(Policy|Role)$/,
  /^AWS::KMS::Key$/,
  /^AWS::Lambda::(EventInvokeConfig|Function|Permission)$/,
  /^AWS::Logs::LogGroup$/,
  /^AWS::SQS::(Queue|QueuePolicy)$/,
  /^AWS::StepFunctions::StateMachine$/,
  /^AWS::WAFv2::(WebACL|WebACLAssociation)$/,
];

const isWild = ({ resource }: Allowed): boolean => /[*?]/.test(resource);
const acceptanceOf = (allowed: Allowed) =>
  acceptedWildcards.filter(({ actions, resource }) => actions.test(allowed.action) && resource.test(allowed.resource));

const apps = deployedNames.map((name) => [name, synthesizeExample(name)] as const);

describe.each(apps)('checklist, %s', (_, app) => {
  const { environment } = app;
  const functions = app.ofType('AWS::Lambda::Function');
  const queues = app.ofType('AWS::SQS::Queue');
  const machines = app.ofType('AWS::StepFunctions::StateMachine');
  const rules = app.ofType('AWS::Events::Rule');
  const logGroups = app.ofType('AWS::Logs::LogGroup');
  const tables = app.ofType('AWS::DynamoDB::Table');
  const invokeConfigs = app.ofType('AWS::Lambda::EventInvokeConfig');
  const customerKey = environment.encryption === 'customer';
  const nameOf = ({ properties }: Resource): string => resolveText(properties['FunctionName'], app);
  const failing = (resources: readonly Resource[], holds: (resource: Resource) => boolean): string[] =>
    resources.filter((resource) => !holds(resource)).map(labelOf);

  it('knows every type of resource, so that no rule is missed', () => {
    expect(app.resources.length).toBeGreaterThan(0);
    expect(failing(app.resources, ({ type }) => thoughtAbout.some((known) => known.test(type)))).toEqual([]);
  });

  it('has nothing that cdk would refuse to deploy', () => {
    expect(app.errors).toEqual([]);
  });

  describe('encryption at rest', () => {
    it('of tables', () => {
      expect(tables).not.toEqual([]);
      expect(failing(tables, ({ properties }) => at(properties, 'SSESpecification', 'SSEEnabled') === true)).toEqual(
        [],
      );
      const ownKey = ({ properties }: Resource): boolean =>
        at(properties, 'SSESpecification', 'KMSMasterKeyId') !== undefined;
      expect(failing(tables, (table) => ownKey(table) === customerKey)).toEqual([]);
    });

    it('of queues', () => {
      expect(queues).not.toEqual([]);
      const encrypted = ({ properties }: Resource): boolean =>
        customerKey ? properties['KmsMasterKeyId'] !== undefined : properties['SqsManagedSseEnabled'] === true;
      expect(failing(queues, encrypted)).toEqual([]);
    });

    it('of logs', () => {
      const ownKey = ({ properties }: Resource): boolean => properties['KmsKeyId'] !== undefined;
      expect(failing(logGroups, (group) => ownKey(group) === customerKey)).toEqual([]);
    });

    it('with keys that rotate and outlive their stack', () => {
      const keys = app.ofType('AWS::KMS::Key');
      expect(keys).toHaveLength(customerKey ? 1 : 0);
      const kept = ({ properties, deletionPolicy }: Resource): boolean =>
        properties['EnableKeyRotation'] === true && deletionPolicy === 'Retain';
      expect(failing(keys, kept)).toEqual([]);
    });
  });

  it('recovers tables to a point in time', () => {
    const recoverable = ({ properties }: Resource): boolean =>
      at(properties, 'PointInTimeRecoverySpecification', 'PointInTimeRecoveryEnabled') === true;
    expect(failing(tables, recoverable)).toEqual([]);
  });

  it('keeps tables, logs and stacks exactly where the environment guards them', () => {
    const guarded = environment.deletionProtection;
    expect(failing(tables, ({ properties }) => properties['DeletionProtectionEnabled'] === guarded)).toEqual([]);
    const kept = guarded ? 'Retain' : 'Delete';
    expect(failing([...tables, ...logGroups], ({ deletionPolicy }) => deletionPolicy === kept)).toEqual([]);
    expect(app.stacks.filter(({ terminationProtection }) => terminationProtection !== guarded)).toEqual([]);
  });

  it('lets nobody reach a queue without TLS', () => {
    const tlsOnly = app.ofType('AWS::SQS::QueuePolicy').flatMap((policy) => {
      const denies = statementsIn(policy.properties).some(
        ({ Effect, Principal, Condition, ...rest }) =>
          Effect === 'Deny' &&
          isEverybody(Principal) &&
          rest['Action'] === 'sqs:*' &&
          at(Condition, 'Bool', 'aws:SecureTransport') === 'false',
      );
      return denies ? listAt(policy.properties, 'Queues').map((queue) => referredTo(queue, policy, app)) : [];
    });
    expect(failing(queues, (queue) => tlsOnly.includes(queue))).toEqual([]);
  });

  describe('logs', () => {
    it('are kept for the time that the environment says', () => {
      expect(logGroups).not.toEqual([]);
      const kept = ({ properties }: Resource): boolean =>
        properties['RetentionInDays'] === environment.logRetentionDays;
      expect(failing(logGroups, kept)).toEqual([]);
    });

    it('of each function go to a group of its own', () => {
      const groups = functions.map((fn) => referredTo(at(fn.properties, 'LoggingConfig', 'LogGroup'), fn, app));
      expect(groups.filter((group) => group?.type !== 'AWS::Logs::LogGroup')).toEqual([]);
      expect(new Set(groups).size).toBe(functions.length);
    });

    it('of flows and of the API go to groups of the app, without payload', () => {
      const destination = (machine: Resource): unknown =>
        at(machine.properties, 'LoggingConfiguration', 'Destinations', 0, 'CloudWatchLogsLogGroup', 'LogGroupArn');
      expect(
        failing(machines, (one) => referredTo(destination(one), one, app)?.type === 'AWS::Logs::LogGroup'),
      ).toEqual([]);
      expect(
        failing(machines, ({ properties }) => at(properties, 'LoggingConfiguration', 'IncludeExecutionData') === false),
      ).toEqual([]);
      const stages = app.ofType('AWS::ApiGateway::Stage');
      const logged = (stage: Resource): boolean =>
        referredTo(at(stage.properties, 'AccessLogSetting', 'DestinationArn'), stage, app)?.type ===
          'AWS::Logs::LogGroup' &&
        listAt(stage.properties, 'MethodSettings').every((setting) => at(setting, 'DataTraceEnabled') === false);
      expect(stages).toHaveLength(1);
      expect(failing(stages, logged)).toEqual([]);
    });
  });

  describe('asynchronous edges', () => {
    const targets = rules.flatMap((rule) => listAt(rule.properties, 'Targets').map((target) => ({ rule, target })));
    const deadLettersOf = (value: unknown, from: Resource): Resource[] => {
      const queue = referredTo(value, from, app);
      return queue?.type === 'AWS::SQS::Queue' ? [queue] : [];
    };
    /** Names of dead-letter queues for queues that are made at run time. */
    const namedInVariables = functions.flatMap(({ properties }) => {
      const arn = at(properties, 'Environment', 'Variables', 'AGENT_DEAD_LETTER_QUEUE_ARN');
      return typeof arn === 'string' ? [arn.split(':').at(-1)] : [];
    });
    const deadLetterQueues = new Set([
      ...targets.flatMap(({ rule, target }) => deadLettersOf(at(target, 'DeadLetterConfig', 'Arn'), rule)),
      ...functions.flatMap((fn) => deadLettersOf(at(fn.properties, 'DeadLetterConfig', 'TargetArn'), fn)),
      ...queues.flatMap((queue) => deadLettersOf(at(queue.properties, 'RedrivePolicy', 'deadLetterTargetArn'), queue)),
      ...invokeConfigs.flatMap((config) =>
        deadLettersOf(at(config.properties, 'DestinationConfig', 'OnFailure', 'Destination'), config),
      ),
      ...queues.filter(({ properties }) => namedInVariables.some((name) => name === properties['QueueName'])),
    ]);

    it('of rules have a dead-letter queue, and bounds on repeating', () => {
      expect(targets).not.toEqual([]);
      const unbounded = targets.filter(
        ({ rule, target }) =>
          deadLettersOf(at(target, 'DeadLetterConfig', 'Arn'), rule).length === 0 ||
          !(Number(at(target, 'RetryPolicy', 'MaximumRetryAttempts')) <= 5) ||
          !(Number(at(target, 'RetryPolicy', 'MaximumEventAgeInSeconds')) <= 3600),
      );
      expect(unbounded.map(({ rule }) => labelOf(rule))).toEqual([]);
    });

    it('to functions have a place for what the function refuses, and bounds on repeating', () => {
      const invokedByEvents = functions.filter((fn) =>
        targets.some(({ rule, target }) => referredTo(at(target, 'Arn'), rule, app) === fn),
      );
      expect(invokedByEvents).not.toEqual([]);
      const bounded = (fn: Resource): boolean =>
        invokeConfigs.some(
          (config) =>
            referredTo(config.properties['FunctionName'], config, app) === fn &&
            deadLettersOf(at(config.properties, 'DestinationConfig', 'OnFailure', 'Destination'), config).length ===
              1 &&
            Number(config.properties['MaximumRetryAttempts']) <= 2 &&
            Number(config.properties['MaximumEventAgeInSeconds']) <= 3600,
        );
      expect(failing(invokedByEvents, bounded)).toEqual([]);
    });

    it('through queues end in a dead-letter queue after some deliveries', () => {
      const bounded = (queue: Resource): boolean =>
        deadLetterQueues.has(queue) || Number(at(queue.properties, 'RedrivePolicy', 'maxReceiveCount')) <= 10;
      expect(failing(queues, bounded)).toEqual([]);
    });

    it('keep what is lost for as long as SQS can, and ring', () => {
      expect(deadLetterQueues.size).toBeGreaterThan(0);
      const watched = app
        .ofType('AWS::CloudWatch::Alarm')
        .flatMap((alarm) =>
          alarm.properties['MetricName'] === 'ApproximateNumberOfMessagesVisible'
            ? listAt(alarm.properties, 'Dimensions').map((one) => referredTo(at(one, 'Value'), alarm, app))
            : [],
        );
      expect(
        failing(
          [...deadLetterQueues],
          (queue) => watched.includes(queue) && queue.properties['MessageRetentionPeriod'] === 14 * 24 * 3600,
        ),
      ).toEqual([]);
    });
  });

  describe('no public access', () => {
    it('by a policy that allows everybody without a condition', () => {
      const open = app.resources.filter(({ properties }) =>
        statementsIn(properties).some(
          ({ Effect, Principal, Condition = {} }) =>
            Effect === 'Allow' && isEverybody(Principal) && Object.keys(Condition).length === 0,
        ),
      );
      expect(open.map(labelOf)).toEqual([]);
    });

    it('to a function: only services, each for one named source', () => {
      const narrow = ({ properties }: Resource): boolean =>
        typeof properties['Principal'] === 'string' &&
        properties['Principal'].endsWith('.amazonaws.com') &&
        properties['SourceArn'] !== undefined &&
        properties['FunctionUrlAuthType'] === undefined;
      expect(app.ofType('AWS::Lambda::Permission')).not.toEqual([]);
      expect(failing(app.ofType('AWS::Lambda::Permission'), narrow)).toEqual([]);
    });

    it('to the API but through its region, and through TLS 1.2 where it has a domain', () => {
      const apis = app.ofType('AWS::ApiGateway::RestApi');
      expect(apis).toHaveLength(1);
      for (const { properties } of apis) {
        expect(properties).toMatchObject({
          EndpointConfiguration: { Types: ['REGIONAL'] },
          DisableExecuteApiEndpoint: environment.domain !== null,
        });
      }
      const domains = app.ofType('AWS::ApiGateway::DomainName');
      expect(domains).toHaveLength(environment.domain === null ? 0 : 1);
      const strict = ({ properties }: Resource): boolean => properties['SecurityPolicy'] === 'TLS_1_2';
      expect(failing(domains, strict)).toEqual([]);
    });

    it('through a security group: no range of addresses, nothing but HTTPS', () => {
      const inline = app
        .ofType('AWS::EC2::SecurityGroup')
        .flatMap(({ properties }) => listAt(properties, 'SecurityGroupIngress'));
      const ingress = [...app.ofType('AWS::EC2::SecurityGroupIngress').map(({ properties }) => properties), ...inline];
      for (const entry of ingress) {
        expect(entry).toMatchObject({ IpProtocol: 'tcp', FromPort: 443, ToPort: 443 });
        expect(at(entry, 'SourceSecurityGroupId')).toBeDefined();
      }
    });

    it('through an endpoint of the network: principals of this account only', () => {
      for (const { properties } of app.ofType('AWS::EC2::VPCEndpoint')) {
        const statements = statementsIn(properties['PolicyDocument']);
        expect(statements).not.toEqual([]);
        for (const { Condition } of statements)
          expect(Condition).toEqual({ StringEquals: { 'aws:PrincipalAccount': environment.account } });
      }
    });
  });

  describe('time-outs', () => {
    const timeoutOf = new Map(functions.map((fn) => [nameOf(fn), Number(fn.properties['Timeout'])]));
    const tasks = machines.flatMap((machine) =>
      taskStates(JSON.parse(resolveText(machine.properties['DefinitionString'], app))).map((task) => ({
        ...task,
        label: `${labelOf(machine)} ${task.name}`,
      })),
    );

    it('of a function end before the state that calls it', () => {
      expect(tasks).not.toEqual([]);
      for (const task of tasks) expect(timeoutOf.get(task.function), task.label).toBeLessThan(task.timeoutSeconds ?? 0);
    });

    it('of a state that waits are longer than its heartbeat', () => {
      for (const { label, heartbeatSeconds, timeoutSeconds } of tasks)
        expect(heartbeatSeconds ?? 0, label).toBeLessThan(timeoutSeconds ?? 0);
    });

    it('of a function behind the API end before the gateway gives up', () => {
      const behindApi = app
        .ofType('AWS::Lambda::Permission')
        .filter(({ properties }) => properties['Principal'] === 'apigateway.amazonaws.com')
        .map(({ properties }) => resolveText(properties['FunctionName'], app));
      expect(behindApi).not.toEqual([]);
      for (const name of behindApi) expect(timeoutOf.get(name), name).toBeLessThan(gatewayTimeoutSeconds);
    });

    it('of what runs at each tick end before the next', () => {
      const scheduled = rules
        .filter(({ properties }) => properties['ScheduleExpression'] !== undefined)
        .flatMap((rule) =>
          listAt(rule.properties, 'Targets').flatMap((target) => referredTo(at(target, 'Arn'), rule, app) ?? []),
        );
      expect(scheduled).not.toEqual([]);
      for (const fn of scheduled)
        expect(timeoutOf.get(nameOf(fn)), nameOf(fn)).toBeLessThan(environment.tickIntervalMinutes * 60);
    });
  });

  describe('concurrency', () => {
    it('of functions is reserved exactly where the environment says', () => {
      for (const fn of functions) {
        const group = nameOf(fn).split('-')[2];
        const entry = Object.entries(environment.functionConcurrency).find(([name]) => name === group);
        expect(entry, nameOf(fn)).toBeDefined();
        expect(fn.properties['ReservedConcurrentExecutions'] ?? null, nameOf(fn)).toBe(entry?.[1]);
      }
    });

    it('of the API is throttled, on every method', () => {
      for (const { properties } of app.ofType('AWS::ApiGateway::Stage')) {
        expect(properties['MethodSettings']).toEqual([
          expect.objectContaining({
            HttpMethod: '*',
            ResourcePath: '/*',
            ThrottlingRateLimit: environment.apiRequestsPerSecond,
            ThrottlingBurstLimit: environment.apiBurst,
          }),
        ]);
      }
    });
  });

  it('traces functions, flows and the API', () => {
    expect(failing(functions, ({ properties }) => at(properties, 'TracingConfig', 'Mode') === 'Active')).toEqual([]);
    expect(failing(machines, ({ properties }) => at(properties, 'TracingConfiguration', 'Enabled') === true)).toEqual(
      [],
    );
    const stages = app.ofType('AWS::ApiGateway::Stage');
    expect(failing(stages, ({ properties }) => properties['TracingEnabled'] === true)).toEqual([]);
  });

  it('has alarms that say whom it hurts, and lead to a section of the runbook that exists', () => {
    const alarms = app.ofType('AWS::CloudWatch::Alarm');
    expect(alarms).not.toEqual([]);
    for (const { properties } of alarms) {
      const description = String(properties['AlarmDescription']);
      expect(description).toMatch(/^[A-Z].{20,}\. See docs\/runbook\.md#[a-z-]+$/);
      expect([...runbookAnchors]).toContain(description.split('#')[1]);
      expect(listAt(properties, 'AlarmActions')).toHaveLength(environment.alarmTopicArn === null ? 0 : 1);
    }
  });

  it('allows no wildcard resource that is not accepted with a reason', () => {
    expect(allowedActions(app).filter((allowed) => isWild(allowed) && acceptanceOf(allowed).length === 0)).toEqual([]);
  });

  it('allows no wildcard in an action', () => {
    expect(allowedActions(app).filter(({ action }) => action.includes('*'))).toEqual([]);
  });
});

describe('accepted wildcards', () => {
  const allowed = apps.flatMap(([, app]) => allowedActions(app)).filter(isWild);

  it.each(acceptedWildcards.map((row) => [row.actions.source, row] as const))('are still there: %s', (_, row) => {
    expect(allowed.some((one) => acceptanceOf(one).includes(row))).toBe(true);
  });
});
