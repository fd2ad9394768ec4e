import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { aSmallTree, aSourceTree } from './a-source-tree.ts';
import { allowedActions } from './policy-statements.ts';
import { synthesize, type Synthesized } from './synthesized.ts';

const Policy = z.object({
  PolicyDocument: z.object({ Statement: z.array(z.looseObject({ Action: z.unknown() })) }),
});
const Roles = z.object({ Policies: z.array(Policy).default([]) });
const Variables = z.object({ Variables: z.record(z.string(), z.unknown()) });

const roots = aSourceTree(aSmallTree);
const app = synthesize('dev', { roots });
const functionNamed = (synthesized: Synthesized, name: string) =>
  synthesized.ofType('AWS::Lambda::Function').find(({ properties }) => properties['FunctionName'] === name);
const queues = 'arn:aws:sqs:eu-central-1:123456789012:reprise-dev-agent-*';

describe('the role lent to agents', () => {
  const role = app.ofType('AWS::IAM::Role').find(({ properties }) => properties['RoleName'] === 'reprise-dev-agent');

  it('is lent by the agents function alone', () => {
    expect(role?.properties['AssumeRolePolicyDocument']).toMatchObject({
      Statement: [
        {
          Action: 'sts:AssumeRole',
          Condition: { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::123456789012:role/reprise-dev-api-agents' } },
        },
      ],
    });
    const lenders = allowedActions(app).filter(({ action }) => action === 'sts:AssumeRole');
    expect(lenders).toEqual([
      {
        stack: 'reprise-dev-api',
        owner: expect.stringContaining('apiagents'),
        action: 'sts:AssumeRole',
        resource: 'arn:aws:iam::123456789012:role/reprise-dev-agent',
      },
    ]);
  });

  it('receives from queues of agents and does nothing else', () => {
    const allowed = allowedActions(app).filter(({ owner }) => owner === role?.logicalId);
    expect(allowed.map(({ action, resource }) => `${action} ${resource}`).sort()).toEqual(
      ['DeleteMessage', 'ReceiveMessage'].map((action) => `sqs:${action} ${queues}`),
    );
  });
});

describe('where there is no STS', () => {
  const withPair = synthesize('dev', {
    roots,
    environment: { agentCredentials: { kind: 'static', secretId: 'reprise/agents' } },
  });

  it('the agents function reads the configured pair instead', () => {
    const agents = functionNamed(withPair, 'reprise-dev-api-agents');
    expect(agents?.properties['Environment']).toMatchObject({
      Variables: { AGENT_STATIC_SECRET_ID: 'reprise/agents' },
    });
    const allowed = allowedActions(withPair).filter(({ owner }) => owner.includes('apiagents'));
    expect(allowed.map(({ action }) => action)).not.toContain('sts:AssumeRole');
    expect(
      allowed.filter(({ action }) => action === 'secretsmanager:GetSecretValue').map(({ resource }) => resource),
    ).toContain('arn:aws:secretsmanager:eu-central-1:123456789012:secret:reprise/agents-??????');
  });
});

describe('the key of the queues of agents', () => {
  const guarded = synthesize('prod', { roots });
  const throughSqs = (synthesized: Synthesized) =>
    synthesized.ofType('AWS::IAM::Role').flatMap(({ properties }) => {
      const { Policies } = Roles.parse(properties);
      const statements = Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
      const used = statements.filter((one) => JSON.stringify(one).includes('"kms:ViaService":"sqs.'));
      return used.map(({ Action }) => `${String(properties['RoleName'])} ${[Action].flat().join(' ')}`);
    });

  it("is the environment's own where it has one, and told to the function that makes them", () => {
    const keyOf = (synthesized: Synthesized, name: string): unknown =>
      Variables.parse(functionNamed(synthesized, name)?.properties['Environment']).Variables['AGENT_QUEUE_KEY_ARN'];
    expect(keyOf(guarded, 'reprise-prod-api-agents')).toEqual({
      'Fn::ImportValue': expect.stringContaining('Key'),
    });
    expect(keyOf(guarded, 'reprise-prod-steps-freeze-source')).toBeUndefined();
    expect(keyOf(app, 'reprise-dev-api-agents')).toBeUndefined();
  });

  it('is used by who sends, and to read by agents, and by nobody where there is none', () => {
    expect(throughSqs(app)).toEqual([]);
    expect(throughSqs(guarded)).toEqual(
      expect.arrayContaining([
        'reprise-prod-agent kms:Decrypt',
        'reprise-prod-steps-freeze-source kms:Decrypt kms:GenerateDataKey',
      ]),
    );
    expect(throughSqs(guarded).join()).not.toMatch(/take-snapshot|api-|\*/);
  });
});

describe('the queue of dead commands', () => {
  it('is out of reach of agents, and alarmed', () => {
    expect(app.ofType('AWS::SQS::Queue').map(({ properties }) => properties['QueueName'])).toContain(
      'reprise-dev-dead-commands',
    );
    const alarms = app.ofType('AWS::CloudWatch::Alarm').map(({ properties }) => properties['AlarmDescription']);
    expect(alarms).toContainEqual(expect.stringContaining('runbook.md#dead-agent-command'));
  });
});

describe('the tick', () => {
  it('comes every minute, one at a time where that can be reserved', () => {
    const ticks = app.ofType('AWS::Events::Rule').filter(({ properties }) => properties['ScheduleExpression']);
    expect(ticks.map(({ properties }) => [properties['Name'], properties['ScheduleExpression']])).toEqual([
      ['reprise-dev-tick', 'rate(1 minute)'],
    ]);
    const sweep = functionNamed(synthesize('prod', { roots }), 'reprise-prod-schedules-sweep');
    expect(sweep?.properties).toMatchObject({ ReservedConcurrentExecutions: 1 });
  });
});
