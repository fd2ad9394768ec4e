/** A request as API Gateway (REST, version 1) hands it to a function behind the stage `api`. */
import type { ApiEvent } from '../../shared/http/api-event.ts';
import type { Method } from '../../shared/http/route.ts';

export interface TestRequest {
  readonly method: Method;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Bearer token; absent sends no header. */
  readonly token?: string;
  /** Objects are sent as JSON, text as it stands. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly base64?: boolean;
  readonly sourceIp?: string;
}

const textOf = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body));

/** `path` is the whole path; the gateway cuts the stage off and leaves the whole in the context. */
export function gatewayEvent(request: TestRequest): ApiEvent {
  const text = request.body === undefined ? null : textOf(request.body);
  return {
    httpMethod: request.method,
    path: request.path.replace(/^\/api\//, '/'),
    headers: {
      ...(request.token === undefined ? {} : { Authorization: `Bearer ${request.token}` }),
      ...request.headers,
    },
    pathParameters: null,
    queryStringParameters: request.query ?? null,
    body: text !== null && request.base64 === true ? Buffer.from(text).toString('base64') : text,
    isBase64Encoded: request.base64 === true,
    requestContext: {
      path: request.path,
      requestId: 'gateway-1',
      identity: { sourceIp: request.sourceIp ?? '192.0.2.7' },
    },
  };
}
