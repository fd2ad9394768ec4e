import { CfnCondition, CfnResource, Fn, type Stack } from 'aws-cdk-lib';
import { CfnTable } from 'aws-cdk-lib/aws-dynamodb';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnRule, EventBus, Match, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { readSynthesizedApp } from '../../../local/cloud/synthesized-app.ts';
import { synthesizeSmallApp } from './small-app.ts';

// The first synthesis of a process compiles the CDK's own rules.
vi.setConfig({ testTimeout: 60_000 });

const folders: string[] = [];
const read = (change?: (stack: Stack) => void, sourceRoot?: string) => {
  const { folder, assemblyDir } = synthesizeSmallApp(change);
  folders.push(folder);
  return readSynthesizedApp(assemblyDir, {
    queueUrl: (name) => `http://sqs/${name}`,
    ...(sourceRoot === undefined ? {} : { sourceRoot }),
  });
};
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

const inlineFunction = (stack: Stack): CfnFunction => {
  const made = new CfnFunction(stack, 'Inline', {
    code: { zipFile: '//' },
    handler: 'index.handler',
    role: 'r',
    runtime: 'nodejs22.x',
  });
  made.addMetadata('reprise:source', 'functions/steps/freeze');
  return made;
};

describe('a synthesized app', () => {
  it('gives what the engines run, with references between stacks resolved', async () => {
    const app = await read();
    const [table] = app.tables;
    expect(table).toMatchObject({
      TableName: expect.stringMatching(/^small-data-Table/),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'byKind',
          KeySchema: [{ AttributeName: 'kind', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    });
    const step = app.functions.find(({ name }) => name === 'small-step');
    expect(step).toMatchObject({
      timeoutSeconds: 10,
      bundlePath: expect.stringMatching(/asset\.[0-9a-f]+.index\.mjs$/),
    });
    expect(step?.environment).toMatchObject({
      TABLE_NAME: table?.TableName,
      STACK: 'small-api',
      QUEUE_URL: expect.stringMatching(/^http:\/\/sqs\/small-data-/),
    });
    expect(app.queues.map(({ attributes }) => 'RedrivePolicy' in attributes).sort()).toEqual([false, false, true]);
    expect(app.stateMachines).toMatchObject([
      { name: 'small-flow', arn: 'arn:aws:states:us-east-1:000000000000:stateMachine:small-flow' },
    ]);
    expect(app.stateMachines[0]?.definition).toContain('"arn:aws:lambda:us-east-1:000000000000:function:small-step"');
    expect(app.stageName).toBe('api');
    expect(app.api).toContainEqual({ method: 'POST', path: '/echo/v1/tasks/{request_id}', functionName: 'small-echo' });
    expect(app.scheduledRules).toMatchObject([{ schedule: 'rate(1 minute)', functionName: 'small-tick', input: null }]);
    const pattern = { source: ['aws.states', 'small'], detail: { status: ['RUNNING', 'ABORTED', 'asked'] } };
    expect(app.eventRules).toEqual([
      { name: 'small-listen', pattern, functionName: 'small-listen', input: null, deadLetterQueue: 'small-lost' },
    ]);
  });

  it('runs the sources of functions synthesized without code', async () => {
    const app = await read(inlineFunction, '/repository');
    expect(app.functions.find(({ name }) => name === 'small-api-Inline')?.bundlePath).toBe(
      path.join('/repository', 'functions/steps/freeze/handler.ts'),
    );
  });
});

describe('refused by name', () => {
  it.each<[string, (stack: Stack) => void, string]>([
    [
      'an unknown resource type',
      (stack) => new CfnResource(stack, 'Odd', { type: 'AWS::Scheduler::Schedule' }),
      'AWS::Scheduler::Schedule (Odd)',
    ],
    ['a custom resource', (stack) => new CfnResource(stack, 'Odd', { type: 'Custom::Thing' }), 'Custom::Thing (Odd)'],
    [
      'an unknown property',
      (stack) => inlineFunction(stack).addPropertyOverride('SnapStart', { ApplyOn: 'None' }),
      'Inline (AWS::Lambda::Function): the embedded cloud does not understand SnapStart',
    ],
    [
      'inline code without its source',
      (stack) => inlineFunction(stack),
      'needs reprise:source metadata and a source root',
    ],
    [
      'a stream',
      (stack) =>
        new CfnTable(stack, 'T', {
          keySchema: [{ attributeName: 'a', keyType: 'HASH' }],
          streamSpecification: { streamViewType: 'KEYS_ONLY' },
        }),
      'StreamSpecification',
    ],
    [
      'a rule of another bus',
      (stack) => new Rule(stack, 'P', { eventBus: new EventBus(stack, 'B'), eventPattern: { source: ['x'] } }),
      'EventBusName',
    ],
    [
      'a rule by a prefix',
      (stack) => new Rule(stack, 'P', { ruleName: 'odd-rule', eventPattern: { source: Match.prefix('aws.') } }),
      'rule odd-rule: the embedded cloud matches lists of exact strings only, not the EventPattern {"source":[{"prefix":"aws."}]}',
    ],
    [
      'a rule both by the clock and by pattern',
      (stack) =>
        new CfnRule(stack, 'P', { scheduleExpression: 'rate(1 minute)', eventPattern: { source: ['x'] }, targets: [] }),
      'P: a rule has either a ScheduleExpression or an EventPattern',
    ],
    [
      'a rule whose target is not a function',
      (stack) =>
        new Rule(stack, 'P', { eventPattern: { source: ['x'] }, targets: [new SqsQueue(new Queue(stack, 'Q'))] }),
      'is not a function',
    ],
    [
      'a condition',
      (stack) => {
        inlineFunction(stack).cfnOptions.condition = new CfnCondition(stack, 'C', {
          expression: Fn.conditionEquals('a', 'a'),
        });
      },
      'the condition of Inline',
    ],
    [
      'an intrinsic',
      (stack) => inlineFunction(stack).addPropertyOverride('Timeout', { 'Fn::FindInMap': ['a', 'b', 'c'] }),
      'Fn::FindInMap',
    ],
    [
      'a reference to what has no identity here',
      (stack) => {
        const odd = new CfnResource(stack, 'Vpc', { type: 'AWS::EC2::VPC' });
        inlineFunction(stack).addPropertyOverride('Environment.Variables.X', odd.ref);
      },
      'cannot refer to Vpc, a AWS::EC2::VPC',
    ],
  ])('%s', async (_what, change, words) => {
    await expect(read(change)).rejects.toThrow(words);
  });
});
