/** A small client of the public API, for the demo, the fixtures and the end-to-end suite: what a user's script would do. */
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'undici';

export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface ApiClient {
  call(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<ApiAnswer>;
  /** The same, with another bearer token; '' sends none. */
  as(token: string): ApiClient;
  close(): Promise<void>;
}

function parse(text: string): unknown {
  return text === '' ? undefined : JSON.parse(text);
}

function clientOver(url: string, dispatcher: Agent, token: string): ApiClient {
  return {
    async call(method, path, body, headers = {}) {
      const answer = await request(`${url}${path}`, {
        method,
        dispatcher,
        headers: {
          ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
      });
      return { status: answer.statusCode, body: parse(await answer.body.text()), headers: answer.headers };
    },
    as: (other) => clientOver(url, dispatcher, other),
    close: () => dispatcher.close(),
  };
}

/** TLS is verified against `caFile`. */
export async function connectApi(url: string, caFile: string): Promise<ApiClient> {
  const dispatcher = new Agent({ connect: { ca: await readFile(caFile, 'utf8') }, headersTimeout: 60_000 });
  return clientOver(url, dispatcher, '');
}

/** Logs in with the form and gives a client that carries the token. Throws when the answer is not 200. */
export async function logIn(client: ApiClient, user: string, password: string): Promise<ApiClient> {
  const form = new URLSearchParams({ username: user, password }).toString();
  const answer = await client.call('POST', '/api/v1/auth/local/login', form, {
    'content-type': 'application/x-www-form-urlencoded',
  });
  const { body } = answer;
  const token = typeof body === 'object' && body !== null && 'access_token' in body ? body.access_token : undefined;
  if (answer.status !== 200 || typeof token !== 'string')
    throw new Error(`login of '${user}' was answered ${String(answer.status)}`);
  return client.as(token);
}
