import { readFile } from 'node:fs/promises';
import { Agent, request } from 'undici';
import type { ArrayAccess } from '../../../local/array/provision.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  // The tests look at whatever the wire has.
  readonly body: ReturnType<typeof JSON.parse>;
}

export type Call = (
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Reply>;

/** Speaks to an array under test; paths are below /api/v2 unless they start with /__admin. */
export async function arrayClient(access: ArrayAccess): Promise<Call> {
  const dispatcher = new Agent({ connect: { ca: await readFile(access.caFile, 'utf8') } });
  const authorization = `Basic ${Buffer.from(`${access.user}:${access.password}`).toString('base64')}`;
  return async (method, path, body, headers = {}) => {
    const answer = await request(`${access.url}${path.startsWith('/__admin') ? '' : '/api/v2'}${path}`, {
      method,
      dispatcher,
      headers: { authorization, 'content-type': 'application/json', ...headers },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await answer.body.text();
    return { status: answer.statusCode, headers: answer.headers, body: text === '' ? undefined : JSON.parse(text) };
  };
}

export const RETENTION = { ref: '/retention_policies/3' };

/** Polls until the condition gives something; for what real processes do in their own time. */
export async function eventually<Result>(
  condition: () => Promise<Result | undefined> | Result | undefined,
  withinMs = 10_000,
): Promise<Result> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const result = await condition();
    if (result !== undefined) return result;
    if (Date.now() > deadline) throw new Error('it did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
