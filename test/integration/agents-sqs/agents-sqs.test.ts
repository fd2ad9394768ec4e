import { CreateQueueCommand, GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Sqs, startSqs } from '../../../local/cloud/sqs.ts';
import { type AgentQueueSettings, createAgentQueues } from '../../../shared/adapters/agents-sqs/agent-queues.ts';
import { createAgents } from '../../../shared/adapters/agents-sqs/agents-sqs.ts';
import { queueArnOf, sessionPolicy } from '../../../shared/adapters/agents-sqs/queue-credentials.ts';
import { AgentCommand } from '../../../shared/contracts/agent.ts';
import type { AgentQueuesPort, AgentsPort } from '../../../shared/ports/agents.ts';

const deadLetterQueueArn = 'arn:aws:sqs:us-east-1:000000000000:dead-commands';
const keyArn = 'arn:aws:kms:us-east-1:000000000000:key/1';

let sqs: Sqs;
let queuesWith: (given: Partial<AgentQueueSettings>) => AgentQueuesPort;
let queues: AgentQueuesPort;
let agents: AgentsPort;
let client: SQSClient;

beforeAll(async () => {
  sqs = await startSqs();
  const config = {
    endpoint: sqs.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  };
  client = new SQSClient(config);
  agents = createAgents(config);
  queuesWith = (given) =>
    createAgentQueues(
      {
        prefix: 'reprise-agent',
        region: 'us-east-1',
        endpoint: sqs.endpoint,
        deadLetterQueueArn: '',
        keyArn: '',
        ...given,
      },
      config,
      (queueUrl, hostId) =>
        Promise.resolve({ accessKeyId: hostId, secretAccessKey: queueUrl, sessionToken: 't', expiresAtSeconds: 5 }),
    );
  queues = queuesWith({});
});
afterAll(async () => {
  client.destroy();
  await sqs.stop();
});

const command = AgentCommand.parse({
  version: 1,
  command_id: 'request-1.inventory.x.1',
  host_id: 'host-1',
  generation: 100,
  kind: 'inventory',
  not_after_ts: 2000,
  heartbeat_seconds: 10,
  arguments: {},
});
const receive = async (queueUrl: string) =>
  ((await client.send(new ReceiveMessageCommand({ QueueUrl: queueUrl, WaitTimeSeconds: 1 }))).Messages ?? []).map(
    (one): unknown => JSON.parse(one.Body ?? ''),
  );

const attributesOf = async (QueueUrl: string | undefined): Promise<Partial<Record<string, string>>> =>
  (await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes ?? {};
const shape = { MessageRetentionPeriod: '1209600', VisibilityTimeout: '60', ReceiveMessageWaitTimeSeconds: '20' };
const tlsOnly = (queueName: string) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'TlsOnly',
      Effect: 'Deny',
      Principal: '*',
      Action: 'sqs:*',
      Resource: `arn:aws:sqs:us-east-1:000000000000:${queueName}`,
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
  ],
});

describe('the queue of a host', () => {
  it('is one per registration, made once', async () => {
    const first = await queues.ensureQueue('host-1', 100);
    expect(await queues.ensureQueue('host-1', 100)).toBe(first);
    const others = [await queues.ensureQueue('host-1', 101), await queues.ensureQueue('host-2', 100)];
    expect(new Set([first, ...others]).size).toBe(3);
    expect(first).toMatch(/\/reprise-agent-host-1-100$/);
  });

  it('keeps messages as long as SQS can, and is reached over TLS only', async () => {
    const queueUrl = await queues.ensureQueue('host-3', 100);
    const attributes = await attributesOf(queueUrl);
    expect(attributes).toMatchObject(shape);
    expect(attributes).not.toHaveProperty('KmsMasterKeyId');
    expect(JSON.parse(attributes['Policy'] ?? '')).toEqual(tlsOnly('reprise-agent-host-3-100'));
  });

  it('is encrypted with the key of the environment, or else of SQS, from its first message on', async () => {
    const asked: unknown[] = [];
    vi.spyOn(SQSClient.prototype, 'send').mockImplementation(async (sent) => {
      if (sent instanceof CreateQueueCommand) asked.push(sent.input.Attributes);
      return { QueueUrl: sqs.queueUrl('made') };
    });
    onTestFinished(() => void vi.restoreAllMocks());
    await queuesWith({}).ensureQueue('host-7', 100);
    await queuesWith({ keyArn }).ensureQueue('host-7', 101);
    expect(asked).toEqual([
      { ...shape, SqsManagedSseEnabled: 'true' },
      { ...shape, KmsMasterKeyId: keyArn },
    ]);
  });

  it.each<[string, Readonly<Record<string, string>>]>([
    ['without a policy', shape],
    ['with other attributes', { VisibilityTimeout: '30', MessageRetentionPeriod: '345600' }],
    ['with a policy of its own', { Policy: '{}' }],
  ])('that was made %s is brought up to date, and stays the same queue', async (what, Attributes) => {
    const QueueName = `reprise-agent-${what.replaceAll(' ', '-')}-100`;
    const { QueueUrl: before } = await client.send(new CreateQueueCommand({ QueueName, Attributes }));
    const uptodate = queuesWith({ deadLetterQueueArn, keyArn });
    expect(await uptodate.ensureQueue(what.replaceAll(' ', '-'), 100)).toBe(before);
    const { Policy = '', RedrivePolicy = '', ...others } = await attributesOf(before);
    expect(others).toMatchObject({ ...shape, KmsMasterKeyId: keyArn });
    expect(JSON.parse(RedrivePolicy)).toEqual({ deadLetterTargetArn: deadLetterQueueArn, maxReceiveCount: 5 });
    expect(JSON.parse(Policy)).toEqual(tlsOnly(QueueName));
  });

  it('gives a command to its host only, word for word', async () => {
    const [own, other] = [await queues.ensureQueue('host-4', 100), await queues.ensureQueue('host-5', 100)];
    await agents.send(own, command);
    expect(await receive(own)).toEqual([command]);
    expect(await receive(other)).toEqual([]);
  });

  it('is removed once, and again without complaint; a command to it meets a silent agent', async () => {
    const queueUrl = await queues.ensureQueue('host-6', 100);
    await queues.removeQueue(queueUrl);
    await queues.removeQueue(queueUrl);
    await queues.removeQueue(sqs.queueUrl('never'));
    await expect(agents.send(queueUrl, command)).rejects.toMatchObject({ code: 'Busy' });
  });

  it('hands out credentials with the address of the queue', async () => {
    expect(await queues.credentialsFor('https://queue/1', 'host-1')).toEqual({
      accessKeyId: 'host-1',
      secretAccessKey: 'https://queue/1',
      sessionToken: 't',
      expiresAtSeconds: 5,
      region: 'us-east-1',
      endpoint: sqs.endpoint,
    });
  });
});

describe('the policy of an agent session', () => {
  const arn = 'arn:aws:sqs:eu-central-1:123456789012:reprise-agent-host-1-100';
  const receives = { Effect: 'Allow', Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage'], Resource: arn };

  it.each([
    ['', [receives]],
    [keyArn, [receives, { Effect: 'Allow', Action: ['kms:Decrypt'], Resource: keyArn }]],
  ])('reaches its own queue only, to receive, and to decrypt where its key is %j', (key, statements) => {
    const policy = JSON.parse(sessionPolicy(arn, key)) as { Statement: unknown };
    expect(policy.Statement).toEqual(statements);
    expect(JSON.stringify(policy)).not.toContain('*');
  });

  it.each([
    [
      'https://sqs.eu-central-1.amazonaws.com/123456789012/q-h-1',
      'arn:aws:iam::123456789012:role/r',
      'eu-central-1',
      'arn:aws:sqs:eu-central-1:123456789012:q-h-1',
    ],
    [
      'https://sqs.cn-north-1.amazonaws.com.cn/123456789012/q',
      'arn:aws-cn:iam::123456789012:role/r',
      'cn-north-1',
      'arn:aws-cn:sqs:cn-north-1:123456789012:q',
    ],
    [
      'http://127.0.0.1:4566/queue/us-east-1/000000000000/q',
      'arn:aws:iam::000000000000:role/r',
      'us-east-1',
      'arn:aws:sqs:us-east-1:000000000000:q',
    ],
  ])('%s is %4$s', (url, role, region, arn) => {
    expect(queueArnOf(url, role, region)).toBe(arn);
  });
});
