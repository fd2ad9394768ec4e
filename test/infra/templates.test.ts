/** Laws of the templates, over a small tree in the strictest environment and over the repository as LocalStack gets it. */
import { describe, expect, it } from 'vitest';

import { acceptedWildcards } from '../../infra/accepted-wildcards.ts';
import { aSmallTree, aSourceTree } from './a-source-tree.ts';
import { taskStates } from './asl-tasks.ts';
import { allowedActions, type Allowed } from './policy-statements.ts';
import { resolveText, synthesize, type Resource } from './synthesized.ts';

const network = {
  vpcId: 'vpc-1',
  availabilityZones: ['eu-central-1a'],
  subnetIds: ['subnet-1'],
  securityGroupIds: ['sg-1'],
};
const smallTree = synthesize('prod', { roots: aSourceTree(aSmallTree), environment: { network } });
const repository = synthesize('local');

const stray = (allowed: Allowed): boolean =>
  /[*?]/.test(allowed.resource) &&
  !acceptedWildcards.some(({ actions, resource }) => actions.test(allowed.action) && resource.test(allowed.resource));

describe.each([
  ['a small tree, prod', smallTree],
  ['the repository, local', repository],
])('templates of %s', (_, app) => {
  const functions = app.ofType('AWS::Lambda::Function');
  const queues = app.ofType('AWS::SQS::Queue');
  const machines = app.ofType('AWS::StepFunctions::StateMachine');
  const definitionOf = ({ properties }: Resource): unknown =>
    JSON.parse(resolveText(properties['DefinitionString'], app));

  it('run every function on arm64 and nodejs22.x, traced, with JSON logs to a group of its own', () => {
    for (const { properties } of functions) {
      expect(properties).toMatchObject({
        Architectures: ['arm64'],
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        TracingConfig: { Mode: 'Active' },
      });
      expect(properties['LoggingConfig']).toMatchObject({ LogFormat: 'JSON', LogGroup: { Ref: expect.any(String) } });
    }
  });

  it('give every function its own role', () => {
    const roles = functions.map(({ properties }) => JSON.stringify(properties['Role']));
    expect(new Set(roles).size).toBe(functions.length);
  });

  it('keep logs for a set time', () => {
    for (const { properties } of app.ofType('AWS::Logs::LogGroup'))
      expect(properties['RetentionInDays']).toBeGreaterThan(0);
  });

  it('hold one table by pk and sk, encrypted, recoverable, expiring, without streams', () => {
    expect(app.ofType('AWS::DynamoDB::Table')).toHaveLength(1);
    const [table] = app.ofType('AWS::DynamoDB::Table');
    expect(table?.properties).toMatchObject({
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'expiresAtSeconds', Enabled: true },
    });
    expect(table?.properties).not.toHaveProperty('StreamSpecification');
  });

  it('encrypt every queue', () => {
    for (const { properties } of queues)
      expect(properties['KmsMasterKeyId'] !== undefined || properties['SqsManagedSseEnabled'] === true).toBe(true);
  });

  it('allow no wildcard resource that is not accepted with a reason', () => {
    expect(allowedActions(app).filter(stray)).toEqual([]);
  });

  it('allow no wildcard action on the table, flows, queues or secrets', () => {
    const wild = allowedActions(app).filter(({ action }) =>
      /^(dynamodb|states|sqs|secretsmanager|sts|lambda):.*\*/.test(action),
    );
    expect(wild).toEqual([]);
  });

  it('hold no custom resource, layer or authorizer', () => {
    const refused = app.resources.filter(({ type }) =>
      /^Custom::|CustomResource|LayerVersion|::Authorizer$|^AWS::Scheduler|^AWS::ApiGatewayV2/.test(type),
    );
    expect(refused).toEqual([]);
  });

  it('fill in every placeholder', () => {
    for (const machine of machines) expect(JSON.stringify(definitionOf(machine))).not.toContain('${');
  });

  it('give a function less time than the state that calls it, and a heartbeat less than both', () => {
    const timeoutOf = new Map(
      functions.map(({ properties }) => [properties['FunctionName'], Number(properties['Timeout'])]),
    );
    for (const task of machines.flatMap((machine) => taskStates(definitionOf(machine)))) {
      expect(timeoutOf.get(task.function), task.name).toBeLessThan(task.timeoutSeconds ?? 0);
      if (task.heartbeatSeconds !== undefined)
        expect(task.heartbeatSeconds, task.name).toBeLessThan(task.timeoutSeconds ?? 0);
    }
  });

  it('log only errors of flows, and no payload', () => {
    for (const { properties } of machines) {
      expect(properties).toMatchObject({
        StateMachineType: 'STANDARD',
        LoggingConfiguration: { Level: 'ERROR', IncludeExecutionData: false },
      });
    }
  });

  it('give every rule target a dead-letter queue and bounded retries', () => {
    for (const { properties } of app.ofType('AWS::Events::Rule')) {
      expect(properties['Targets']).toEqual([
        expect.objectContaining({
          DeadLetterConfig: { Arn: expect.anything() },
          RetryPolicy: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 300 },
        }),
      ]);
    }
  });

  it('have alarms say whom it hurts and where to read on', () => {
    for (const { properties } of app.ofType('AWS::CloudWatch::Alarm')) {
      expect(properties['AlarmDescription']).toMatch(/^[A-Z].{20,}\. See docs\/runbook\.md#[a-z-]+$/);
    }
  });

  it('hold no secret in a variable', () => {
    const names = functions.flatMap(({ properties }) =>
      [...JSON.stringify(properties['Environment']).matchAll(/"([A-Z_]+)":/g)].map(([, name]) => name),
    );
    expect(names.filter((name) => /PASSWORD|TOKEN$|SECRET$|SECRET_KEY/.test(name ?? ''))).toEqual([]);
  });
});

describe('the strictest environment', () => {
  it('protects and encrypts with its own key', () => {
    expect(smallTree.ofType('AWS::DynamoDB::Table')[0]?.properties).toMatchObject({
      DeletionProtectionEnabled: true,
      SSESpecification: { SSEType: 'KMS' },
    });
    expect(smallTree.ofType('AWS::KMS::Key')[0]?.properties).toMatchObject({ EnableKeyRotation: true });
    for (const { properties } of smallTree.ofType('AWS::Logs::LogGroup')) expect(properties['KmsKeyId']).toBeDefined();
  });

  it('puts into the network exactly the functions that call the array', () => {
    const inNetwork = smallTree
      .ofType('AWS::Lambda::Function')
      .filter(({ properties }) => properties['VpcConfig'] !== undefined);
    const withArray = smallTree
      .ofType('AWS::Lambda::Function')
      .filter(({ properties }) => JSON.stringify(properties['Environment']).includes('SDP_URL'));
    expect(inNetwork.map(({ logicalId }) => logicalId)).toEqual(withArray.map(({ logicalId }) => logicalId));
    expect(inNetwork.length).toBeGreaterThan(0);
  });
});
