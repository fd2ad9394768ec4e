/**
 * The static part of the agents' side: queues of hosts are made at run time, under a prefix; here are the role whose
 * sessions reach them and the queue for commands that no agent could parse.
 */
import { CfnOutput, Duration, type App } from 'aws-cdk-lib';
import { AccountRootPrincipal, PolicyDocument, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';

import { DeadLetterQueue } from '../constructs/dead-letter-queue.ts';
import type { Environment } from '../environment.ts';
import { namesOf } from '../names.ts';
import { ServiceStack, type StackContext } from './stack-context.ts';

/** SQS decrypts what is received on behalf of its receiver; only through SQS. */
const decryption = (key: IKey, { region }: Environment): PolicyStatement =>
  new PolicyStatement({
    actions: ['kms:Decrypt'],
    resources: [key.keyArn],
    conditions: { StringEquals: { 'kms:ViaService': `sqs.${region}.amazonaws.com` } },
  });

export class AgentsStack extends ServiceStack {
  constructor(app: App, { environment, key }: StackContext) {
    super(app, 'agents', environment);
    const names = namesOf(environment);

    const deadCommands = new DeadLetterQueue(this, 'DeadCommands', {
      environment,
      key,
      queueName: names.agentDeadLetterQueue,
      impact: 'A command never took effect on its host; the task that sent it waits for its time-out.',
      runbook: 'dead-agent-command',
    });

    // The trust names the role by condition: as a principal it would have to exist before this stack does.
    new Role(this, 'AgentRole', {
      roleName: names.agentRole,
      description: 'Lent to host agents, each session restricted to the queue of its host',
      assumedBy: new AccountRootPrincipal().withConditions({
        ArnEquals: { 'aws:PrincipalArn': names.roleArn(names.function('api', 'agents')) },
      }),
      maxSessionDuration: Duration.hours(1),
      inlinePolicies: {
        queues: new PolicyDocument({
          statements: [
            new PolicyStatement({
              actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage'],
              resources: [names.agentQueuesArn],
              conditions: { Bool: { 'aws:SecureTransport': 'true' } },
            }),
            ...(key ? [decryption(key, environment)] : []),
          ],
        }),
      },
    });

    new CfnOutput(this, 'DeadCommandsUrl', { value: deadCommands.queueUrl });
  }
}
