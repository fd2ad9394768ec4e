import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { functionSources, rootsOf } from '../../infra/sources.ts';
import { aSmallTree, aSourceTree } from './a-source-tree.ts';
import { allowedActions } from './policy-statements.ts';
import { resolveText, synthesize, type Synthesized } from './synthesized.ts';

const tree = { ...aSmallTree, functions: [...aSmallTree.functions, 'events/close-task'] };
const roots = aSourceTree(tree);
const app = synthesize('prod', { roots });
const name = 'reprise-prod-events-close-task';
const states = 'arn:aws:states:eu-central-1:123456789012:stateMachine:reprise-prod-';

const inStack = (type: string) => app.ofType(type).filter(({ stack }) => stack === 'reprise-prod-events');
const propertiesOf = (type: string) => inStack(type).map(({ properties }) => properties);
const arnOf = (value: unknown, of: Synthesized = app): string =>
  resolveText(z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) }).parse(value), of);
const queueName = `${name}-lost-events`;

describe('the events stack', () => {
  it('tells the closer of every end of an execution of its own environment, and of nothing else', () => {
    expect(propertiesOf('AWS::Events::Rule')).toMatchObject([
      {
        Name: name,
        State: 'ENABLED',
        EventPattern: {
          source: ['aws.states'],
          'detail-type': ['Step Functions Execution Status Change'],
          detail: {
            status: ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'],
            stateMachineArn: [`${states}create-clone`, `${states}unwind`],
          },
        },
      },
    ]);
  });

  it('names state machines that are there, in the repository as it is', () => {
    const whole = synthesize('prod');
    const machines = whole
      .ofType('AWS::StepFunctions::StateMachine')
      .map(({ properties }) => properties['StateMachineName']);
    const Pattern = z.object({ detail: z.object({ stateMachineArn: z.array(z.string()) }) });
    const rule = whole.ofType('AWS::Events::Rule').find(({ properties }) => properties['Name'] === name);
    const { detail } = Pattern.parse(rule?.properties['EventPattern']);
    expect(detail.stateMachineArn.map((arn) => arn.split(':').at(-1)).sort()).toEqual([...machines].sort());
  });

  it('puts aside both what does not reach the function and what it refuses', () => {
    const [rule] = propertiesOf('AWS::Events::Rule');
    const [target, ...others] = z
      .array(z.object({ Arn: z.unknown(), DeadLetterConfig: z.object({ Arn: z.unknown() }) }))
      .parse(rule?.['Targets']);
    expect(others).toEqual([]);
    expect([arnOf(target?.Arn), arnOf(target?.DeadLetterConfig.Arn)]).toEqual([name, queueName]);
    const [invocation] = propertiesOf('AWS::Lambda::EventInvokeConfig');
    expect(invocation).toMatchObject({ MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 300 });
    const { OnFailure } = z
      .object({ OnFailure: z.object({ Destination: z.unknown() }) })
      .parse(invocation?.['DestinationConfig']);
    expect(arnOf(OnFailure.Destination)).toBe(queueName);
    expect(propertiesOf('AWS::SQS::Queue')).toMatchObject([{ QueueName: queueName, MessageRetentionPeriod: 1209600 }]);
    expect(propertiesOf('AWS::CloudWatch::Alarm')).toMatchObject([
      { AlarmDescription: expect.stringContaining('runbook.md#lost-events') },
    ]);
  });

  it('lets the closer read and claim tasks, start flows, and no more', () => {
    const allowed = allowedActions(app)
      .filter(({ owner }) => owner.startsWith('jobclosetask'))
      .map(({ action }) => action)
      .filter((action) => !/^(logs|xray|kms):/.test(action));
    expect([...new Set(allowed)].sort()).toEqual([
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
      'sqs:SendMessage',
      'states:StartExecution',
    ]);
    const letters = allowedActions(app).filter(
      ({ owner, action }) => owner.startsWith('jobclosetask') && action.startsWith('sqs:'),
    );
    expect(letters.map(({ resource }) => resource)).toEqual([queueName]);
  });

  it('refuses a function that no rule tells anything', () => {
    expect(() =>
      synthesize('local', { roots: aSourceTree({ ...tree, functions: [...tree.functions, 'events/unheard-of'] }) }),
    ).toThrow('functions/events/unheard-of has no row in infra/stacks/events-stack.ts');
  });
});

describe('the tick', () => {
  const whole = synthesize('prod');
  const jobs = functionSources(rootsOf([]).functions).filter(({ group }) => group === 'schedules');

  it('is one rule that starts every job of functions/schedules, each one at a time, and loses none in silence', () => {
    const ticks = whole.ofType('AWS::Events::Rule').filter(({ properties }) => 'ScheduleExpression' in properties);
    expect(ticks.map(({ properties }) => properties['Name'])).toEqual(['reprise-prod-tick']);
    const targets = z
      .array(z.object({ Arn: z.unknown(), DeadLetterConfig: z.object({ Arn: z.unknown() }) }))
      .parse(ticks[0]?.properties['Targets']);
    const names = jobs.map((job) => `reprise-prod-schedules-${job.name}`);
    expect(targets.map((target) => [arnOf(target.Arn, whole), arnOf(target.DeadLetterConfig.Arn, whole)])).toEqual(
      names.map((job) => [job, 'reprise-prod-tick-lost']),
    );
    const functions = whole
      .ofType('AWS::Lambda::Function')
      .filter(({ properties }) => names.includes(String(properties['FunctionName'])));
    expect(functions.map(({ properties }) => properties['ReservedConcurrentExecutions'])).toEqual(names.map(() => 1));
  });

  it('lets its rule send to the queue for what was lost, by one statement', () => {
    const [policy, ...others] = whole
      .ofType('AWS::SQS::QueuePolicy')
      .filter(({ stack }) => stack === 'reprise-prod-schedules');
    const { Statement } = z
      .object({ Statement: z.array(z.looseObject({ Effect: z.string(), Sid: z.string().optional() })) })
      .parse(policy?.properties['PolicyDocument']);
    const allowing = Statement.filter(({ Effect }) => Effect === 'Allow');
    expect([others.length, allowing.length, new Set(allowing.map(({ Sid }) => Sid)).size]).toEqual([0, 1, 1]);
  });

  it('has an alarm for each job', () => {
    const alarmed = whole
      .ofType('AWS::CloudWatch::Alarm')
      .filter(({ stack, properties }) => stack === 'reprise-prod-schedules' && properties['MetricName'] === 'Errors');
    expect(alarmed).toHaveLength(jobs.length);
  });
});
