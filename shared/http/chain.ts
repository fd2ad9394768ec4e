/**
 * The one chain every API function runs: correlation → log → errors → route → authentication → schema →
 * idempotency → operation.
 * Flex contract, sections 1 to 3.
 */
import middy, { type MiddlewareObj } from '@middy/core';
import httpRouter from '@middy/http-router';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import * as z from 'zod/mini';
import { en } from 'zod/locales';
import type { Task } from '../domain/task.ts';
import { principalName } from '../domain/token.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ids } from '../ports/ids.ts';
import type { Log } from '../ports/log.ts';
import { type ApiEvent, type ApiResult, headerOf } from './api-event.ts';
import { authenticate, type AuthenticationDeps } from './authentication.ts';
import { httpErrorOf, retryAfterOf } from './http-errors.ts';
import { idempotencyKeyOf, takesIdempotencyKey } from './call-payload.ts';
import { answerOnce, type OnceDeps } from './once.ts';
import { parseRequest } from './request-schema.ts';
import type { ApiAnswer, ApiCall, Endpoint } from './route.ts';

z.config(en());

export interface ChainDeps extends AuthenticationDeps {
  readonly store: AuthenticationDeps['store'] & OnceDeps['store'];
  readonly clock: Clock;
  readonly ids: Pick<Ids, 'refId' | 'requestId'>;
  readonly log: Log;
}

type ApiMiddleware = MiddlewareObj<ApiEvent, ApiResult>;

/** Longer ids are cut, never refused; other characters are dropped. Flex contract, section 1. */
const maxRefIdLength = 64;

const correlation = (deps: ChainDeps): ApiMiddleware => ({
  before: ({ event }) => {
    const sent = headerOf(event, 'hs-ref-id')
      .replaceAll(/[^a-zA-Z0-9_-]/g, '')
      .slice(0, maxRefIdLength);
    // Behind the stage `api` the gateway cuts `/api` off `path`; the context keeps the whole.
    event.path = event.requestContext.path ?? event.path;
    event.call = {
      refId: sent === '' ? deps.ids.refId() : sent,
      isRefIdSent: sent !== '',
      sourceIp: event.requestContext.identity?.sourceIp ?? '',
      startedAtMilliseconds: deps.clock.nowMilliseconds(),
      principal: undefined,
    };
  },
});

const answerLog = (deps: ChainDeps): ApiMiddleware => {
  const write = (event: ApiEvent, status: number): void => {
    deps.log.info('answered', {
      method: event.httpMethod,
      path: event.path,
      status,
      ref_id: event.call?.refId ?? '',
      principal: event.call?.principal === undefined ? '' : principalName(event.call.principal),
      milliseconds: deps.clock.nowMilliseconds() - (event.call?.startedAtMilliseconds ?? 0),
    });
  };
  return {
    after: ({ event, response }) => {
      write(event, response?.statusCode ?? 0);
    },
    onError: ({ event, response }) => {
      write(event, response?.statusCode ?? 500);
    },
  };
};

const errorMapper = (deps: ChainDeps): ApiMiddleware => ({
  onError: (request) => {
    const { error, event } = request;
    const routeMissing = error !== null && 'statusCode' in error && error.statusCode === 404;
    const { status, body } = routeMissing ? { status: 404, body: { detail: 'Not Found' } } : httpErrorOf(error);
    if (status === 500) {
      const text = error === null ? 'no error given' : `${error.name}: ${error.message}`;
      deps.log.error('call failed', {
        path: event.path,
        ref_id: event.call?.refId ?? '',
        error: text,
        stack: error?.stack ?? '',
      });
    }
    const seconds = retryAfterOf(error);
    request.response = jsonResult(status, body, seconds === null ? {} : { 'retry-after': String(seconds) });
  },
});

const jsonResult = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): ApiResult =>
  body === undefined
    ? { statusCode: status, headers: { ...headers }, body: '' }
    : { statusCode: status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };

/** `isTwin`: the call is only checked, which may be repeated as it likes. */
const serve =
  <DEPS extends ChainDeps>({ route, run, validate, resume }: Endpoint<DEPS>, isTwin: boolean, deps: DEPS) =>
  async (event: ApiEvent): Promise<ApiResult> => {
    const principal = await authenticate(deps, route, event);
    if (event.call !== undefined) event.call.principal = principal;
    const key = takesIdempotencyKey(route) && !isTwin ? idempotencyKeyOf(event) : null;
    const parsed = parseRequest(route, event);
    const call: ApiCall = {
      principal,
      accept: headerOf(event, 'accept'),
      refId: event.call?.refId ?? '',
      sourceIp: event.call?.sourceIp ?? '',
      claim: null,
      ...parsed,
    };
    const resultOf = async (answer: Promise<ApiAnswer>, successStatus: number): Promise<ApiResult> => {
      const { status = successStatus, body, headers } = await answer;
      return jsonResult(status, body, headers);
    };
    if (isTwin && validate !== null) return await resultOf(validate(deps, call), 200);
    const prepared = {
      route,
      call,
      run: (claimed: ApiCall) => resultOf(run(deps, claimed), route.successStatus),
      resume: resume === null ? null : (task: Task) => resultOf(resume(deps, call, task), route.successStatus),
    };
    return await answerOnce(deps, prepared, { key, isRefIdSent: event.call?.isRefIdSent ?? false });
  };

/** An alias beside `/api` is reached as it is through a domain, and below the stage `api` without one. */
const reachedAt = (path: string): readonly string[] => (path.startsWith('/api/') ? [path] : [path, `/api${path}`]);

/** Every address of an endpoint: its path, its aliases, and their validation twins. */
function addressesOf<DEPS>(endpoint: Endpoint<DEPS>): readonly { readonly path: string; readonly twin: boolean }[] {
  const paths = [endpoint.route.path, ...endpoint.route.aliases].flatMap(reachedAt);
  const twins = endpoint.route.twin ? paths.map((path) => ({ path: `${path}/__validate`, twin: true })) : [];
  return [...paths.map((path) => ({ path, twin: false })), ...twins];
}

export function apiHandler<DEPS extends ChainDeps>(endpoints: readonly Endpoint<DEPS>[], deps: DEPS) {
  const routes = endpoints.flatMap((endpoint) =>
    addressesOf(endpoint).map(({ path, twin }) => ({
      method: endpoint.route.method,
      path,
      handler: serve(endpoint, twin, deps),
    })),
  );
  const router = httpRouter<APIGatewayProxyEvent, ApiResult>(routes);
  return (
    middy<ApiEvent, ApiResult>()
      .use(correlation(deps))
      .use(answerLog(deps))
      .use(errorMapper(deps))
      // ApiEvent is the part of the gateway's event that we read; the router reads its method and path.
      .handler((event, context, options) => router(event as APIGatewayProxyEvent, context, options))
  );
}
