/** A handler as the bundler meets it: SDK client, logger, middleware, schema. */
import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SendTaskSuccessCommand, SFNClient } from '@aws-sdk/client-sfn';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import * as z from 'zod/mini';

import { DomainError } from '../../../../../../shared/domain/errors.ts';

const Input = z.object({ key: z.string() });

export const make = (variables: Readonly<Record<string, string | undefined>>) => {
  const dynamodb = new DynamoDBClient({});
  const flows = new SFNClient({});
  const queues = new SQSClient({});
  const secrets = new SecretsManagerClient({});
  const logger = new Logger();
  return middy(async (event: unknown) => {
    const input = Input.safeParse(event);
    if (!input.success) throw new DomainError('BadRequest', 'no key');
    if (input.data.key === 'credentials') return dynamodb.config.credentials();
    logger.info('all clients are needed');
    await dynamodb.send(new GetItemCommand({ TableName: variables['TABLE_NAME'], Key: { pk: { S: input.data.key } } }));
    await flows.send(new SendTaskSuccessCommand({ taskToken: input.data.key, output: '{}' }));
    await queues.send(new SendMessageCommand({ QueueUrl: input.data.key, MessageBody: '{}' }));
    return secrets.send(new GetSecretValueCommand({ SecretId: input.data.key }));
  });
};

export const handler = make(process.env);
