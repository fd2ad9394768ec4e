/**
 * One row of the API: its address, who may call it, its schemas, and the use case that serves it. From the table of all
 * rows come the router of each function, the gateway's OpenAPI body, the authorization test and docs/faces.md.
 */
import type * as z from 'zod/mini';
import type { CallClaim } from '../domain/call-record.ts';
import type { Task } from '../domain/task.ts';
import type { Audience, Principal } from '../domain/token.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** The Lambda that serves the route: one per capability. */
export type Capability =
  'auth' | 'hosts' | 'databases' | 'clones' | 'snapshots' | 'refresh' | 'tasks' | 'sdps' | 'agents';

export interface RouteRequest {
  readonly path?: z.ZodMiniType;
  readonly query?: z.ZodMiniType;
  readonly body?: z.ZodMiniType;
}

export interface Route {
  /** Unique, verb-noun. */
  readonly operation: string;
  readonly method: Method;
  /** `{name}` marks a path parameter. */
  readonly path: string;
  /** Older paths of the same operation: same method, same parameters. */
  readonly aliases: readonly string[];
  readonly capability: Capability;
  readonly audience: Audience;
  readonly request: RouteRequest;
  /** `form` only for login; everything else is JSON whatever its label says. */
  readonly bodyFormat: 'json' | 'form';
  /** Schema of the body of a successful answer; null where it has none. */
  readonly response: z.ZodMiniType | null;
  readonly successStatus: number;
  /** `command_type` of the task it makes, null when it makes none. */
  readonly task: string | null;
  /**
   * Where a secret goes over the wire: a payload with one is compared by a slow hash, an answer with one is not kept for
   * repeats of its `Idempotency-Key`.
   */
  readonly secret: 'request' | 'answer' | null;
  /** True when `path + /__validate` answers what the action would say, without acting. */
  readonly twin: boolean;
  readonly summary: string;
}

/** What an operation is called with: parsed, authenticated. */
export interface ApiCall<REQUEST extends RouteRequest = RouteRequest> {
  readonly principal: Principal;
  readonly path: Parsed<REQUEST['path']>;
  readonly query: Parsed<REQUEST['query']>;
  readonly body: Parsed<REQUEST['body']>;
  /** Raw text of the body, for the login form only. */
  readonly rawBody: string;
  readonly accept: string;
  readonly refId: string;
  readonly sourceIp: string;
  /** What the transaction of the call's effect notes, so that no repeat acts again; null where repeats are not known. */
  readonly claim: CallClaim | null;
}

type Parsed<SCHEMA> = SCHEMA extends z.ZodMiniType ? z.infer<SCHEMA> : unknown;

export interface ApiAnswer {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Operation<REQUEST extends RouteRequest, DEPS> extends Omit<
  Route,
  'twin' | 'aliases' | 'bodyFormat' | 'secret'
> {
  readonly request: REQUEST;
  readonly aliases?: readonly string[];
  readonly bodyFormat?: 'form';
  readonly secret?: 'request' | 'answer';
  readonly run: (deps: DEPS, call: ApiCall<REQUEST>) => Promise<ApiAnswer>;
  readonly validate?: (deps: DEPS, call: ApiCall<REQUEST>) => Promise<ApiAnswer>;
  /** The answer of a call that is repeated when its task is recorded already. Every operation with a task has one. */
  readonly resume?: (deps: DEPS, call: ApiCall<REQUEST>, task: Task) => Promise<ApiAnswer>;
}

/** An operation with its request type closed over: what routers and tables hold. */
export interface Endpoint<DEPS> {
  readonly route: Route;
  readonly run: (deps: DEPS, call: ApiCall) => Promise<ApiAnswer>;
  readonly validate: ((deps: DEPS, call: ApiCall) => Promise<ApiAnswer>) | null;
  readonly resume: ((deps: DEPS, call: ApiCall, task: Task) => Promise<ApiAnswer>) | null;
}

/** Closes an operation over its request type. */
export function defineOperation<REQUEST extends RouteRequest, DEPS>(
  operation: Operation<REQUEST, DEPS>,
): Endpoint<DEPS> {
  const { run, validate, resume, aliases = [], bodyFormat = 'json', secret = null, ...rest } = operation;
  const typed = (call: ApiCall): ApiCall<REQUEST> => ({
    ...call,
    // The chain parsed these with this operation's own schemas just before.
    path: call.path as Parsed<REQUEST['path']>,
    query: call.query as Parsed<REQUEST['query']>,
    body: call.body as Parsed<REQUEST['body']>,
  });
  return {
    route: { ...rest, aliases, bodyFormat, secret, twin: validate !== undefined },
    run: (deps, call) => run(deps, typed(call)),
    validate: validate === undefined ? null : (deps, call) => validate(deps, typed(call)),
    resume: resume === undefined ? null : (deps, call, task) => resume(deps, typed(call), task),
  };
}
