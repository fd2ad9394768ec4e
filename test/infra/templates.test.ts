/** What this app is made of (the checklist has what any resource must have), over a small tree in the strictest environment and over the repository as LocalStack gets it. */
import { describe, expect, it } from 'vitest';

import { aSmallTree, aSourceTree } from './a-source-tree.ts';
import { resolveText, synthesize, type Resource } from './synthesized.ts';

const network = {
  vpcId: 'vpc-1',
  availabilityZones: ['eu-central-1a'],
  subnetIds: ['subnet-1'],
  securityGroupIds: ['sg-1'],
  routeTableIds: ['rtb-1'],
  endpoints: 'create',
} as const;
const smallTree = synthesize('prod', { roots: aSourceTree(aSmallTree), environment: { network } });
const repository = synthesize('local');

describe.each([
  ['a small tree, prod', smallTree],
  ['the repository, local', repository],
])('templates of %s', (_, app) => {
  const functions = app.ofType('AWS::Lambda::Function');
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

  it('hold no custom resource, layer or authorizer', () => {
    const refused = app.resources.filter(({ type }) =>
      /^Custom::|CustomResource|LayerVersion|::Authorizer$|^AWS::Scheduler|^AWS::ApiGatewayV2/.test(type),
    );
    expect(refused).toEqual([]);
  });

  it('fill in every placeholder', () => {
    for (const machine of machines) expect(JSON.stringify(definitionOf(machine))).not.toContain('${');
  });

  it('run Standard machines and log no payload of theirs', () => {
    for (const { properties } of machines) {
      expect(properties).toMatchObject({
        StateMachineType: 'STANDARD',
        LoggingConfiguration: { IncludeExecutionData: false },
      });
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
