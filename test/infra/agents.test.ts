import { describe, expect, it } from 'vitest';

import { aSmallTree, aSourceTree } from './a-source-tree.ts';
import { allowedActions } from './policy-statements.ts';
import { synthesize, type Synthesized } from './synthesized.ts';

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
        owner: expect.stringContaining('apiagents'),
        action: 'sts:AssumeRole',
        resource: 'arn:aws:iam::123456789012:role/reprise-dev-agent',
      },
    ]);
  });

  it('receives from queues of agents and does nothing else', () => {
    const allowed = allowedActions(app).filter(({ owner }) => owner === role?.logicalId);
    expect(allowed.map(({ action, resource }) => `${action} ${resource}`).sort()).toEqual(
      ['ChangeMessageVisibility', 'DeleteMessage', 'ReceiveMessage'].map((action) => `sqs:${action} ${queues}`),
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
