/** HTTPS in front of the API's functions, in the place of API Gateway. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { ApiMethod } from '../cloudformation/api-resources.ts';
import type { InvokeFunction } from '../state-machines/run-tasks.ts';
import type { Log } from '../wire/log.ts';
import { BodyTooLarge, listenOnLoopback, readBody } from '../wire/loopback-server.ts';
import type { Certificate } from './certificate.ts';
import { proxyAnswer, type ProxyAnswer, proxyEvent } from './proxy-event.ts';
import { type FindRoute, routeFinder } from './routes.ts';

export interface FrontDoor {
  /** `https://127.0.0.1:PORT` */
  readonly url: string;
  stop(): Promise<void>;
}

export interface FrontDoorOptions {
  readonly methods: readonly ApiMethod[];
  readonly stageName: string | null;
  readonly certificate: Certificate;
  /** 0 takes a free one. */
  readonly port: number;
  readonly invoke: InvokeFunction;
  readonly log: Log;
}

const bodyLimitBytes = 256 * 1024;

const refusal = (statusCode: number, detail: string): ProxyAnswer => ({ statusCode, body: JSON.stringify({ detail }) });

const addressOf = (request: IncomingMessage): { readonly path: string; readonly query: URLSearchParams } => {
  const [path = '/', ...query] = (request.url ?? '/').split('?');
  return { path, query: new URLSearchParams(query.join('?')) };
};

const answerOf = async (
  request: IncomingMessage,
  findRoute: FindRoute,
  { invoke, log }: FrontDoorOptions,
): Promise<ProxyAnswer> => {
  const { path, query } = addressOf(request);
  const route = findRoute(request.method ?? 'GET', path);
  // Unread bodies must be read all the same, or the caller sees a reset instead of the answer.
  const body = await readBody(request, bodyLimitBytes);
  // Another method of a known path too: the gateway knows no 405.
  if (route === null) return refusal(404, 'Not Found');
  try {
    return proxyAnswer.parse(await invoke(route.functionName, proxyEvent(request, route, query, body)));
  } catch (error) {
    log(`${request.method ?? ''} ${route.resource}: ${route.functionName} gave no answer`, error);
    return refusal(502, 'Internal server error');
  }
};

const writeAnswer = (response: ServerResponse, answer: ProxyAnswer): void => {
  const body = Buffer.from(answer.body ?? '', answer.isBase64Encoded === true ? 'base64' : 'utf8');
  if (body.length > 0) response.setHeader('content-type', 'application/json');
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  for (const [name, values] of Object.entries(answer.multiValueHeaders ?? {})) response.setHeader(name, values);
  response.removeHeader('transfer-encoding');
  if (answer.statusCode !== 204 && answer.statusCode !== 304) response.setHeader('content-length', body.length);
  response.writeHead(answer.statusCode);
  response.end(body);
};

/** Rejects when the port is taken. */
export const startFrontDoor = async (options: FrontDoorOptions): Promise<FrontDoor> => {
  const { certificate, log } = options;
  const findRoute = routeFinder(options.methods, options.stageName);
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      writeAnswer(response, await answerOf(request, findRoute, options));
    } catch (error) {
      if (!(error instanceof BodyTooLarge)) throw error;
      writeAnswer(response, refusal(413, 'Request body is larger than 256 kB'));
    }
  };
  const server = createServer({ cert: certificate.cert, key: certificate.key }, (request, response) => {
    handle(request, response).catch((error: unknown) => {
      log('the front door lost a request', error);
      response.destroy();
    });
  });
  const listening = await listenOnLoopback(server, options.port);
  return { url: `https://127.0.0.1:${listening.port}`, stop: () => listening.stop() };
};
