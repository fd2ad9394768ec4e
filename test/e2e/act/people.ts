/** What an administrator and the people of a deployment do with the routes for users and tokens. */
import { z } from 'zod';
import { type ApiAnswer, type ApiClient, logIn } from '../../../local/site/api-client.ts';
import type { Bed } from '../bed/bed.ts';

const AppToken = z.object({
  id: z.string(),
  app_name: z.string(),
  valid: z.boolean(),
  created_ts: z.int(),
  last_used_ts: z.int().nullable(),
});

export interface Person {
  readonly name: string;
  readonly password: string;
  /** In the session of their first login. */
  readonly api: ApiClient;
}

/** The answer to a login, whatever it is. */
export const loginAnswer = (bed: Bed, user: string, password: string): Promise<ApiAnswer> =>
  bed.anonymous.call('POST', '/api/v1/auth/local/login', new URLSearchParams({ username: user, password }).toString(), {
    'content-type': 'application/x-www-form-urlencoded',
  });

/** Made by the administrator. */
export async function newUser(bed: Bed, name: string, role: 'admin' | 'operator' | 'viewer'): Promise<string> {
  const password = `of ${name}, long enough`;
  const answer = await bed.api.call('POST', '/api/echo/v1/users', { name, role, password });
  if (answer.status !== 201) throw new Error(`user '${name}': ${String(answer.status)} ${JSON.stringify(answer.body)}`);
  return password;
}

export async function newPerson(bed: Bed, name: string, role: 'admin' | 'operator' | 'viewer'): Promise<Person> {
  const password = await newUser(bed, name, role);
  return { name, password, api: await logIn(bed.anonymous, name, password) };
}

/** Status of a call that every role may make. */
export const readStatus = async (api: ApiClient): Promise<number> =>
  (await api.call('GET', '/api/echo/v1/topology')).status;

/** A program's token, and a client that carries it. */
export async function newAppToken(bed: Bed, api: ApiClient): Promise<{ readonly id: string; readonly api: ApiClient }> {
  const answer = await api.call('POST', '/api/v2/flex_app_tokens', { app_name: 'nightly jobs', ttl: 3600 });
  const { id, token } = AppToken.extend({ token: z.string() }).parse(answer.body);
  return { id, api: bed.anonymous.as(token) };
}

export const appTokens = async (
  api: ApiClient,
  path = '/api/v2/flex_app_tokens',
): Promise<readonly z.infer<typeof AppToken>[]> => z.array(AppToken).parse((await api.call('GET', path)).body);
