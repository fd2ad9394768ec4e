/** The part of an API Gateway (REST, v1) proxy event that the chain reads, and what it adds on the way. */
import type { Principal } from '../domain/token.ts';

export interface ApiEvent {
  httpMethod: string;
  path: string;
  readonly headers: Readonly<Record<string, string | undefined>> | null;
  readonly pathParameters: Readonly<Record<string, string | undefined>> | null;
  readonly queryStringParameters: Readonly<Record<string, string | undefined>> | null;
  readonly body: string | null;
  readonly isBase64Encoded: boolean;
  readonly requestContext: {
    readonly path?: string;
    readonly requestId?: string;
    readonly identity?: { readonly sourceIp?: string };
  };
  /** Set by the chain. */
  call?: CallState;
}

export interface CallState {
  readonly refId: string;
  /** False for an id that is made here. */
  readonly isRefIdSent: boolean;
  readonly sourceIp: string;
  readonly startedAtMilliseconds: number;
  /** Request ids of the tasks and principals belong into the log line, never bodies or tokens. */
  principal: Principal | undefined;
}

export interface ApiResult {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
}

/** Header by name, whatever case the gateway passes it in. */
export function headerOf(event: ApiEvent, name: string): string {
  const found = Object.entries(event.headers ?? {}).find(([key]) => key.toLowerCase() === name);
  return found?.[1] ?? '';
}
