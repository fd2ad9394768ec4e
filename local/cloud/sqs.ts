/** SQS: fauxqs in this process. Queues and messages live in memory and end with it. */
import type { FastifyInstance } from 'fastify';
import { buildApp } from 'fauxqs';
import { z } from 'zod';

export interface Sqs {
  readonly endpoint: string;
  /** Where the queue of that name is, or would be once created. */
  readonly queueUrl: (name: string) => string;
  stop(): Promise<void>;
}

/** What fauxqs builds; its declarations name fastify's in a way that does not resolve. */
const application = z.custom<FastifyInstance>();

const boundAddress = z.object({ port: z.int() });
const aboutQueue = z.looseObject({ QueueUrl: z.string() });

/** The host fauxqs puts in queue URLs; it resolves on few machines. */
const itsHost = (port: number): string => `http://sqs.us-east-1.localhost:${port}/`;

const answersWithUrls = /\.(CreateQueue|GetQueueUrl|ListQueues|ListDeadLetterSourceQueues)$/;

/** fauxqs finds a queue by its whole URL; callers know the path of it. */
const inItsWords = (body: unknown, port: number): unknown => {
  const parsed = aboutQueue.safeParse(body);
  if (!parsed.success || !URL.canParse(parsed.data.QueueUrl)) return body;
  return { ...parsed.data, QueueUrl: `${itsHost(port)}${new URL(parsed.data.QueueUrl).pathname.slice(1)}` };
};

/** Uses fauxqs's application instead of its server, which would listen on every interface. */
export const startSqs = async (): Promise<Sqs> => {
  const app = application.parse(buildApp({ logger: false, defaultRegion: 'us-east-1' }));
  let port = 0;
  app.addHook('preHandler', (request, _reply, done) => {
    request.body = inItsWords(request.body, port);
    done();
  });
  app.addHook('onSend', (request, _reply, payload, done) => {
    const target = request.headers['x-amz-target'];
    const rewrite = typeof payload === 'string' && typeof target === 'string' && answersWithUrls.test(target);
    done(null, rewrite ? payload.replaceAll(itsHost(port), `http://127.0.0.1:${port}/`) : payload);
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  port = boundAddress.parse(app.server.address()).port;
  const endpoint = `http://127.0.0.1:${port}`;
  return {
    endpoint,
    queueUrl: (name) => `${endpoint}/000000000000/${name}`,
    stop: async () => {
      await app.close();
    },
  };
};
