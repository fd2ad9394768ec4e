/**
 * HTTPS in front of a LocalStack's REST API. It mends what LocalStack does otherwise than API Gateway: plain HTTP, an API
 * found by Host header, paths outside the stage, JSON labelled as a form (which it mangles), and the body of the answer
 * to an unknown path.
 */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { Agent, request } from 'undici';
import { stageName } from '../../infra/openapi.ts';
import { keptCertificate } from '../cloud/front-door/certificate.ts';
import { honestContentType } from '../cloud/front-door/relabel.ts';
import type { Log } from '../cloud/wire/log.ts';
import { BodyTooLarge, listenOnLoopback, readBody } from '../cloud/wire/loopback-server.ts';

export interface LocalStackFrontDoor {
  /** `https://127.0.0.1:PORT` */
  readonly url: string;
  /** PEM file to trust for `url`. */
  readonly caFile: string;
  stop(): Promise<void>;
}

export interface LocalStackFrontDoorOptions {
  readonly endpoint: string;
  readonly apiId: string;
  /** Keeps the TLS identity. */
  readonly dataDir: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly log: Log;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
}

const bodyLimitBytes = 256 * 1024;
/** API Gateway gives up on a function at 29 s. */
const answerPatienceMs = 35_000;

/** About one connection only; never handed on. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'host',
  'content-length',
  'expect',
]);

const refusal = (status: number, detail: string): Answer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify({ detail })),
});

const headersFor = (incoming: IncomingMessage, apiId: string, body: string): Record<string, string | string[]> => {
  const host = `${apiId}.execute-api.localhost.localstack.cloud`;
  // A caller that accepts anything need not say so; LocalStack would have it accept JSON alone.
  const headers: Record<string, string | string[]> = { host, accept: '*/*' };
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value === undefined || hopByHop.has(name)) continue;
    headers[name] = name === 'content-type' ? honestContentType(String(value), body) : value;
  }
  return headers;
};

const pathInStage = (url: string): string => (url.startsWith(`/${stageName}/`) ? url : `/${stageName}${url}`);

/** The gateway's own answer for a path or method that the API does not have. */
const isUnknownPath = (headers: IncomingHttpHeaders): boolean => {
  const errorType = headers['x-amzn-errortype'];
  return typeof errorType === 'string' && errorType.startsWith('MissingAuthenticationToken');
};

const kept = (headers: Readonly<Record<string, string | readonly string[] | undefined>>): Answer['headers'] =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || hopByHop.has(name) ? [] : [[name, value]],
    ),
  );

async function forward(incoming: IncomingMessage, options: LocalStackFrontDoorOptions, agent: Agent): Promise<Answer> {
  const body = await readBody(incoming, bodyLimitBytes);
  const answer = await request(`${options.endpoint}${pathInStage(incoming.url ?? '/')}`, {
    dispatcher: agent,
    method: incoming.method ?? 'GET',
    headers: headersFor(incoming, options.apiId, body),
    body: body === '' ? null : body,
  });
  const bytes = Buffer.from(await answer.body.arrayBuffer());
  if (isUnknownPath(answer.headers)) return refusal(404, 'Not Found');
  return { status: answer.statusCode, headers: kept(answer.headers), body: bytes };
}

function write(response: ServerResponse, { status, headers, body }: Answer): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (status !== 204 && status !== 304) response.setHeader('content-length', body.length);
  response.writeHead(status);
  response.end(body);
}

/** Rejects when the port is taken. */
export async function startLocalStackFrontDoor(options: LocalStackFrontDoorOptions): Promise<LocalStackFrontDoor> {
  const agent = new Agent({ headersTimeout: answerPatienceMs, bodyTimeout: answerPatienceMs });
  const certificate = await keptCertificate(options.dataDir);
  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      write(response, await forward(incoming, options, agent));
    } catch (error) {
      if (error instanceof BodyTooLarge) {
        write(response, refusal(413, 'Request body is larger than 256 kB'));
        return;
      }
      options.log(`${incoming.method ?? ''} ${incoming.url ?? ''}: LocalStack gave no answer`, error);
      write(response, refusal(502, 'Internal server error'));
    }
  };
  const server = createServer({ cert: certificate.cert, key: certificate.key }, (incoming, response) => {
    void handle(incoming, response);
  });
  const listening = await listenOnLoopback(server, options.port);
  return {
    url: `https://127.0.0.1:${String(listening.port)}`,
    caFile: certificate.caFile,
    stop: async () => {
      await listening.stop();
      // Not `close`, which waits for what LocalStack may still be thinking about.
      await agent.destroy();
    },
  };
}
