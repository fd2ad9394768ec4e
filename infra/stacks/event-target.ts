/** A function as the target of a rule: tried a few times, not for ever, and nothing is lost in silence. */
import { Duration } from 'aws-cdk-lib';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function, IDestination } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';

import type { StackContext } from './stack-context.ts';

/** The next tick does the same work, so an old event is worth little. */
const delivery = { retryAttempts: 2, maxEventAge: Duration.minutes(5) };

/** As `SqsDestination`, with no more than Lambda needs to send: that one grants wildcards on the key. */
const destinationIn = (queue: IQueue, { environment, key }: StackContext): IDestination => ({
  bind: (_scope, { grantPrincipal }) => {
    const sends = new PolicyStatement({ sid: 'PutAside', actions: ['sqs:SendMessage'], resources: [queue.queueArn] });
    grantPrincipal.addToPrincipalPolicy(sends);
    if (key) {
      const encrypts = new PolicyStatement({
        sid: 'PutAsideKey',
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: [key.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `sqs.${environment.region}.amazonaws.com` } },
      });
      grantPrincipal.addToPrincipalPolicy(encrypts);
    }
    return { destination: queue.queueArn };
  },
});

/**
 * `lost` gets what does not reach the function, from EventBridge, and what the function fails for, from Lambda:
 * EventBridge is content as soon as Lambda has taken the event. For one rule per function.
 */
export const eventTarget = (job: Function, lost: IQueue, context: StackContext): LambdaFunction => {
  job.configureAsyncInvoke({ ...delivery, onFailure: destinationIn(lost, context) });
  return new LambdaFunction(job, { ...delivery, deadLetterQueue: lost });
};
