import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { ApiError, refused } from '../api-error.ts';
import type { Certificate } from '../tls.ts';
import type { Account } from './accounts.ts';
import { ADMIN_ROOT, callAdmin, type AdminDeps } from './admin-calls.ts';
import { challenge, failure, outcomeOf, type Outcome } from './answer.ts';
import { callApi, parseBody, type ApiDeps } from './api-calls.ts';
import { authenticate } from './basic-auth.ts';
import { answerBrokenRequest, refuseExpectation } from './broken-request.ts';
import { API_ROOT } from './route.ts';

export type Track = <Result>(work: Promise<Result>) => Promise<Result>;

export interface AppDeps extends AdminDeps, ApiDeps {
  readonly accounts: ReadonlyMap<string, Account>;
  readonly certificate: Certificate;
  /** Told of every call under way, so that going down can wait for it. */
  readonly track: Track;
}

/** 1 MiB. */
const LARGEST_BODY_BYTES = 1_048_576;
/** Paths are bounded by the 16 KiB that node takes of a request's head, and not once more. */
const LONGEST_PATH = 65_536;

const isBelow = (path: string, root: string): boolean => path === root || path.startsWith(`${root}/`);

function urlOf(request: FastifyRequest): URL {
  try {
    return new URL(request.url, 'https://localhost');
  } catch (cause) {
    throw refused(`${request.url} is not a URL: ${String(cause)}`);
  }
}

async function answer(deps: AppDeps, request: FastifyRequest): Promise<Outcome> {
  const account = authenticate(request.headers.authorization, deps.accounts);
  if (account === undefined) return challenge('wrong or missing credentials');
  const { method } = request;
  const url = urlOf(request);
  const text = typeof request.body === 'string' ? request.body : undefined;
  // To everybody else the admin calls are a path like any other that does not exist.
  if (account.role === 'root' && isBelow(url.pathname, ADMIN_ROOT))
    return callAdmin(deps, method, url.pathname, parseBody(text));
  const waitSeconds = await deps.throttle.admit(account);
  if (waitSeconds !== undefined)
    return failure(429, `user ${account.name} calls too fast`, { 'retry-after': String(waitSeconds) });
  if (!isBelow(url.pathname, API_ROOT)) throw new ApiError(404, `${url.pathname} does not exist`);
  return callApi(deps, { account, method, url, text, sequence: request.headers['x-k2-sequence'] });
}

function send(reply: FastifyReply, outcome: Outcome, isPretty: boolean): FastifyReply {
  if ('drop' in outcome) {
    reply.hijack();
    reply.raw.destroy();
    return reply;
  }
  void reply.code(outcome.status).headers(outcome.headers ?? {});
  if (outcome.body === undefined) return reply.send();
  // krest compares the type with exactly this text; fastify adds a charset to strings and objects, not to bytes.
  void reply.header('content-type', 'application/json');
  return reply.send(Buffer.from(JSON.stringify(outcome.body, undefined, isPretty ? 2 : undefined)));
}

/** What fastify itself refuses before a call is read, such as a body that is too large, is no fault of the array's. */
const refusalOf = (error: FastifyError): Outcome =>
  error.statusCode !== undefined && error.statusCode < 500
    ? failure(error.statusCode, error.message)
    : outcomeOf(error);

/** The HTTPS server, not listening yet. */
export function createApp(deps: AppDeps): FastifyInstance {
  const { key, cert } = deps.certificate;
  const refuse = (error: FastifyError, _request: unknown, reply: FastifyReply): void => {
    void send(reply, refusalOf(error), false);
  };
  const app = Fastify({
    https: { key, cert },
    bodyLimit: LARGEST_BODY_BYTES,
    forceCloseConnections: true,
    // Whoever still gets through while it goes down is cut off like everybody else.
    return503OnClosing: false,
    routerOptions: { maxParamLength: LONGEST_PATH },
    frameworkErrors: refuse,
    clientErrorHandler: answerBrokenRequest,
  });
  app.setErrorHandler(refuse);
  app.server.on('checkExpectation', refuseExpectation);
  // Some clients label an empty GET or DELETE as JSON, and some label nothing: the text decides.
  app.removeAllContentTypeParsers();
  app.addHook('onRequest', (request, _reply, done) => {
    // Fastify answers a label that is no media type with a 415 before it looks for a parser.
    if (request.headers['content-type'] !== undefined) request.headers['content-type'] = 'text/plain';
    done();
  });
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, text, done) => {
    done(null, text);
  });
  const handle = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const outcome = await deps.track(answer(deps, request).catch(outcomeOf));
    return send(reply, deps.life.cut.aborted ? { drop: true } : outcome, request.url.includes('__pretty'));
  };
  app.all('/*', handle);
  // Methods that fastify has no route for.
  app.setNotFoundHandler(handle);
  return app;
}
