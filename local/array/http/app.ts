import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { ApiError, refused } from '../api-error.ts';
import type { ArrayRuntime } from '../engine/runtime.ts';
import type { Certificate } from '../tls.ts';
import { ADMIN_ROOT, callAdmin, type AdminDeps } from './admin-calls.ts';
import { isAuthorized, type Credentials } from './basic-auth.ts';
import { acceptSequences } from './client-sequences.ts';
import { applyFaults, type FaultOutcome } from './fault-steps.ts';
import { callResource, type Answer } from './resource-calls.ts';
import { API_ROOT, resourceIndex, routeOf } from './route.ts';

export interface AppDeps extends AdminDeps {
  readonly runtime: ArrayRuntime;
  readonly credentials: Credentials;
  readonly certificate: Certificate;
}

/** An answer, or none at all: the connection is closed. */
type Outcome = Answer | { readonly drop: true };

const fromFault = (fault: FaultOutcome): Outcome =>
  fault.drop ? fault : { status: fault.status, body: { error_msg: 'a fault was asked for on this call' } };

function parseBody(text: unknown): unknown {
  if (typeof text !== 'string' || text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw refused(`the body is not JSON: ${String(cause)}`);
  }
}

async function callApi({ runtime, faults }: AppDeps, request: FastifyRequest, url: URL): Promise<Outcome> {
  const route = routeOf(url.pathname, runtime.resources);
  switch (route.kind) {
    case 'index':
      return { status: 200, body: resourceIndex(runtime.resources) };
    case 'nothing':
      throw new ApiError(404, `${url.pathname} does not exist`);
    case 'resource': {
      const { definition, id } = route;
      const firing = faults.firing(request.method, definition.collection);
      const before = await applyFaults(firing, 'before');
      if (before !== undefined) return fromFault(before);
      acceptSequences(runtime.store, request.method, request.headers['x-k2-sequence']);
      const midway = async (): Promise<void> => {
        await applyFaults(firing, 'during');
      };
      const call = {
        method: request.method,
        definition,
        id,
        query: url.searchParams,
        body: parseBody(request.body),
        midway,
      };
      const answer = await callResource(runtime, call);
      const after = await applyFaults(firing, 'after');
      return after === undefined ? answer : fromFault(after);
    }
  }
}

function asAnswer(error: unknown): Answer {
  if (error instanceof ApiError) return { status: error.status, body: { error_msg: error.message } };
  process.stderr.write(`array: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return { status: 500, body: { error_msg: 'internal error' } };
}

async function answer(deps: AppDeps, request: FastifyRequest, reply: FastifyReply): Promise<Outcome> {
  if (!isAuthorized(request.headers.authorization, deps.credentials)) {
    // PowerShell sends its credentials only after this challenge.
    void reply.header('www-authenticate', 'Basic realm="sdp"');
    return { status: 401, body: { error_msg: 'wrong or missing credentials' } };
  }
  const url = new URL(request.url, 'https://localhost');
  try {
    if (url.pathname === ADMIN_ROOT || url.pathname.startsWith(`${ADMIN_ROOT}/`)) {
      return await callAdmin(deps, request.method, url.pathname, parseBody(request.body));
    }
    if (url.pathname === API_ROOT || url.pathname.startsWith(`${API_ROOT}/`)) return await callApi(deps, request, url);
    throw new ApiError(404, `${url.pathname} does not exist`);
  } catch (error) {
    return asAnswer(error);
  }
}

function send(reply: FastifyReply, outcome: Outcome, isPretty: boolean): FastifyReply {
  if ('drop' in outcome) {
    reply.hijack();
    reply.raw.destroy();
    return reply;
  }
  void reply.code(outcome.status);
  if (outcome.body === undefined) return reply.send();
  // krest compares the type with exactly this text; fastify adds a charset to strings and objects, not to bytes.
  void reply.header('content-type', 'application/json');
  return reply.send(Buffer.from(JSON.stringify(outcome.body, undefined, isPretty ? 2 : undefined)));
}

/** The HTTPS server, not listening yet. */
export function createApp(deps: AppDeps): FastifyInstance {
  const { key, cert } = deps.certificate;
  const app = Fastify({
    https: { key, cert },
    forceCloseConnections: true,
    routerOptions: { ignoreTrailingSlash: true },
  });
  // Some clients label an empty GET or DELETE as JSON, and some label nothing: the text decides.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, text, done) => {
    done(null, text);
  });
  app.all('/*', async (request, reply) =>
    send(reply, await answer(deps, request, reply), request.url.includes('__pretty')),
  );
  return app;
}
