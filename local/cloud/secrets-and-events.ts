/** One loopback endpoint for the small services: Secrets Manager, EventBridge events, STS AssumeRole. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { type CloudEvent, cloudEvent } from './events/cloud-event.ts';
import type { KeptSecrets } from './kept-secrets.ts';
import { type JsonValue, parseJson } from './state-machines/json-value.ts';
import { answerSts } from './static-credentials.ts';
import { answerAwsJson, type Operations, WireError } from './wire/aws-json.ts';
import type { Log } from './wire/log.ts';
import { listenOnLoopback, readBody } from './wire/loopback-server.ts';

const putEventsInput = z.object({
  Entries: z
    .array(
      z.object({
        Source: z.string(),
        DetailType: z.string(),
        Detail: z.string(),
        EventBusName: z.string().optional(),
        Resources: z.array(z.string()).optional(),
        Time: z.number().optional(),
      }),
    )
    .min(1)
    .max(10),
});

export type PutEvent = z.infer<typeof putEventsInput>['Entries'][number];

type PublishEvent = (event: CloudEvent) => void;

export interface SecretsAndEvents {
  readonly endpoint: string;
  /** The newest 1,000 events put, oldest first. */
  events(): readonly PutEvent[];
  stop(): Promise<void>;
}

const eventsKept = 1_000;
const requestLimitBytes = 1_000_000;

/** The part of a secret's ARN that is its name; AWS adds a dash and six characters, templates do not. */
const secretNames = (secretId: string): string[] => {
  const name = /^arn:aws:secretsmanager:[^:]*:\d*:secret:(.+)$/.exec(secretId)?.[1];
  return name === undefined ? [secretId] : [secretId, name, name.replace(/-[A-Za-z0-9]{6}$/, '')];
};

const Named = z.object({ Name: z.string(), SecretString: z.string() });
const Valued = z.object({ SecretId: z.string(), SecretString: z.string() });

const notFound = (): WireError =>
  new WireError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");

const secretOperations = (secrets: KeptSecrets): Operations => ({
  CreateSecret: (input) => {
    const { Name, SecretString } = Named.parse(input);
    if (secrets.get(Name) !== undefined)
      throw new WireError('ResourceExistsException', `The operation failed because the secret ${Name} already exists.`);
    secrets.put(Name, SecretString);
    return { Name };
  },
  PutSecretValue: (input) => {
    const { SecretId, SecretString } = Valued.parse(input);
    if (secrets.get(SecretId) === undefined) throw notFound();
    secrets.put(SecretId, SecretString);
    return { Name: SecretId };
  },
  GetSecretValue: (input) => {
    const { SecretId } = z.object({ SecretId: z.string() }).parse(input);
    const name = secretNames(SecretId).find((candidate) => secrets.get(candidate) !== undefined);
    if (name === undefined) throw notFound();
    return {
      ARN: `arn:aws:secretsmanager:us-east-1:000000000000:secret:${name}`,
      Name: name,
      SecretString: secrets.get(name),
      VersionStages: ['AWSCURRENT'],
    };
  },
});

const detailOf = ({ Detail }: PutEvent): JsonValue | undefined => {
  try {
    return parseJson(Detail);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};

/** The entry as targets get it, or why EventBridge does not take it. */
const received = (entry: PutEvent): CloudEvent | { readonly ErrorCode: string; readonly ErrorMessage: string } => {
  if (entry.Source.startsWith('aws.'))
    return { ErrorCode: 'NotAuthorizedForSource', ErrorMessage: `Not authorized for the source ${entry.Source}.` };
  const detail = detailOf(entry);
  if (detail === undefined) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  return cloudEvent({
    source: entry.Source,
    detailType: entry.DetailType,
    detail,
    resources: entry.Resources ?? [],
    ...(entry.Time === undefined ? {} : { atMilliseconds: entry.Time * 1000 }),
  });
};

const isOfDefaultBus = ({ EventBusName = 'default' }: PutEvent): boolean => /^(.+[:/])?default$/.test(EventBusName);

const putEvents = (entries: readonly PutEvent[], keep: (entry: PutEvent) => void, publish: PublishEvent): unknown => {
  const answers = entries.map((entry) => {
    const event = received(entry);
    if ('ErrorCode' in event) return event;
    keep(entry);
    if (isOfDefaultBus(entry)) publish(event);
    return { EventId: event.id };
  });
  return { FailedEntryCount: answers.filter((answer) => 'ErrorCode' in answer).length, Entries: answers };
};

/** `publish` is told of every event put on the default bus. */
export const startSecretsAndEvents = async (
  secrets: KeptSecrets,
  log: Log,
  publish: PublishEvent,
): Promise<SecretsAndEvents> => {
  const events: PutEvent[] = [];
  const keep = (entry: PutEvent): void => {
    events.push(entry);
    events.splice(0, Math.max(0, events.length - eventsKept));
  };
  const operations: Operations = {
    ...secretOperations(secrets),
    PutEvents: (input) => {
      const { Entries } = putEventsInput.parse(input);
      return putEvents(Entries, keep, publish);
    },
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request, requestLimitBytes);
    if (request.headers['content-type']?.includes('x-www-form-urlencoded') !== true) {
      await answerAwsJson(operations, request, body, response, log);
      return;
    }
    const { status, xml } = answerSts(body);
    response.writeHead(status, { 'content-type': 'text/xml' }).end(xml);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      log('the secrets and events endpoint lost a request', error);
      response.destroy();
    });
  });
  const listening = await listenOnLoopback(server);
  return { endpoint: `http://127.0.0.1:${listening.port}`, events: () => [...events], stop: () => listening.stop() };
};
