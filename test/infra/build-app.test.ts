import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { aRoute, aSmallTree, aSourceTree, type SourceTree } from './a-source-tree.ts';
import { synthesize } from './synthesized.ts';

const synthesizeTree = (over: Partial<SourceTree>) =>
  synthesize('local', { roots: aSourceTree({ ...aSmallTree, ...over }) });
const variablesOf = (app: ReturnType<typeof synthesize>, name: string): unknown => {
  const found = app.ofType('AWS::Lambda::Function').find(({ properties }) => properties['FunctionName'] === name);
  return found?.properties['Environment'];
};

describe('buildApp', () => {
  const app = synthesize('embedded', {
    roots: aSourceTree(aSmallTree),
    environment: { array: { sdpUrl: 'https://127.0.0.1:1', sdpCaFile: '/ca.pem' } },
  });

  it('names what each function is made from', () => {
    expect(
      app
        .ofType('AWS::Lambda::Function')
        .map(({ properties, metadata }) => [properties['FunctionName'], metadata['reprise:source']]),
    ).toEqual(
      [
        ['steps', 'begin-unwind'],
        ['steps', 'freeze-source'],
        ['steps', 'mark-needs-attention'],
        ['steps', 'take-snapshot'],
        ['api', 'agents'],
        ['api', 'clones'],
        ['api', 'hosts'],
        ['schedules', 'sweep'],
      ].map(([group, name]) => [`reprise-embedded-${group}-${name}`, `functions/${group}/${name}`]),
    );
  });

  it('tells a step that calls the array where it is', () => {
    expect(variablesOf(app, 'reprise-embedded-steps-take-snapshot')).toMatchObject({
      Variables: {
        TABLE_NAME: 'reprise-embedded',
        SDP_URL: 'https://127.0.0.1:1',
        SDP_CA_FILE: '/ca.pem',
        SDP_SECRET_ID: 'reprise/sdp',
      },
    });
    expect(JSON.stringify(variablesOf(app, 'reprise-embedded-api-hosts'))).not.toContain('SDP_');
  });

  it('tells the agents function how to hand out queues', () => {
    expect(variablesOf(app, 'reprise-embedded-api-agents')).toMatchObject({
      Variables: {
        FLOW_ARN_PREFIX: 'arn:aws:states:us-east-1:123456789012:stateMachine:reprise-embedded-',
        AGENT_QUEUE_PREFIX: 'reprise-embedded-agent',
        AGENT_QUEUE_REGION: 'us-east-1',
        AGENT_ROLE_ARN: 'arn:aws:iam::123456789012:role/reprise-embedded-agent',
      },
    });
  });

  it('finds nothing to complain about in a complete tree', () => {
    expect(app.errors).toEqual([]);
  });

  it('deploys the same bundle under the same key, and a changed one under another', () => {
    const keyOf = (roots: ReturnType<typeof aSourceTree>): unknown =>
      synthesize('local', { roots, environment: { code: 'bundles' } }).ofType('AWS::Lambda::Function')[0]?.properties[
        'Code'
      ];
    // The rules of CloudFormation take seconds to load and are `cdk synth`'s business.
    vi.stubEnv('CDK_VALIDATION', 'false');
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const first = keyOf(aSourceTree(aSmallTree));
    const changed = aSourceTree(aSmallTree);
    writeFileSync(join(changed.bundles, 'steps-begin-unwind', 'index.mjs'), '// changed');
    expect(keyOf(aSourceTree(aSmallTree))).toEqual(first);
    expect(keyOf(changed)).not.toEqual(first);
  });

  it('reports a step that no flow uses', () => {
    expect(synthesizeTree({ functions: [...aSmallTree.functions, 'steps/map-volumes'] }).errors).toEqual([
      'no flow uses ${MapVolumesFunction}',
    ]);
  });

  it('reports routes without their function', () => {
    expect(synthesizeTree({ routes: [aRoute({ capability: 'tasks' })] }).errors).toEqual([
      'routes of tasks, but no functions/api/tasks/handler.ts',
    ]);
  });

  it.each([
    [
      'a function without grants',
      { functions: ['steps/unheard-of'] },
      'functions/steps/unheard-of has no row in infra/grants/steps.ts',
    ],
    [
      'a function that no stack deploys',
      { functions: ['extras/unheard-of'] },
      'no stack deploys functions/extras/unheard-of',
    ],
    [
      'a flow that calls a step which is not there',
      { flows: { f: { StartAt: 'A', States: { A: { Type: 'Task', Resource: '${NoneFunction}' } } } } },
      'nothing to put in place of ${NoneFunction}',
    ],
  ])('refuses %s', (_, over, message) => {
    expect(() => synthesizeTree(over)).toThrow(message);
  });
});
