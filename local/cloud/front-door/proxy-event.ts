/** Requests as the events of an API Gateway REST API, and the answers of functions to them. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { honestContentType } from './relabel.ts';

export interface MatchedRoute {
  /** Template, as in the OpenAPI body. */
  readonly resource: string;
  /** Without the stage. */
  readonly path: string;
  /** As the caller sent it, without the query. */
  readonly fullPath: string;
  readonly pathParameters: Readonly<Record<string, string>>;
  readonly stage: string;
}

type Multi = Record<string, string[]>;

/** The gateway gives the last of several values, and null where there is none at all. */
const lastOf = (multi: Multi): Record<string, string> | null => {
  const entries = Object.entries(multi);
  return entries.length === 0 ? null : Object.fromEntries(entries.map(([name, values]) => [name, values.at(-1) ?? '']));
};

const multiHeaders = (request: IncomingMessage, body: string): Multi => {
  const headers: Multi = {};
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
    const name = request.rawHeaders[at] ?? '';
    (headers[name] ??= []).push(request.rawHeaders[at + 1] ?? '');
  }
  return relabelled(headers, body);
};

const relabelled = (headers: Multi, body: string): Multi =>
  Object.fromEntries(
    Object.entries(headers).map(([name, values]) => [
      name,
      name.toLowerCase() === 'content-type' ? values.map((value) => honestContentType(value, body)) : values,
    ]),
  );

const multiQuery = (query: URLSearchParams): Multi => {
  const values: Multi = {};
  for (const [name, value] of query) (values[name] ??= []).push(value);
  return values;
};

/** A version 1 proxy event. `body` is the text as sent; an empty one is null, as from the gateway. */
export const proxyEvent = (
  request: IncomingMessage,
  route: MatchedRoute,
  query: URLSearchParams,
  body: string,
): object => {
  const headers = multiHeaders(request, body);
  const parameters = multiQuery(query);
  const now = new Date();
  return {
    resource: route.resource,
    path: route.path,
    httpMethod: request.method ?? 'GET',
    headers: lastOf(headers),
    multiValueHeaders: headers,
    queryStringParameters: lastOf(parameters),
    multiValueQueryStringParameters: Object.keys(parameters).length === 0 ? null : parameters,
    pathParameters: Object.keys(route.pathParameters).length === 0 ? null : route.pathParameters,
    stageVariables: null,
    requestContext: {
      accountId: '000000000000',
      apiId: 'embedded',
      stage: route.stage,
      resourcePath: route.resource,
      httpMethod: request.method ?? 'GET',
      path: route.fullPath,
      protocol: 'HTTP/1.1',
      requestId: randomUUID(),
      requestTime: now.toUTCString(),
      requestTimeEpoch: now.getTime(),
      domainName: request.headers.host ?? '127.0.0.1',
      identity: {
        sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
        userAgent: request.headers['user-agent'] ?? null,
      },
    },
    body: body === '' ? null : body,
    isBase64Encoded: false,
  };
};

const headerValue = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** What a function may answer; anything else is a 502, as from the gateway. */
export const proxyAnswer = z.looseObject({
  statusCode: z.coerce.number().int().min(100).max(599),
  headers: z.record(z.string(), headerValue).nullish(),
  multiValueHeaders: z.record(z.string(), z.array(headerValue)).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});
export type ProxyAnswer = z.infer<typeof proxyAnswer>;
