/** Logging in, for tests that are about something else, and calls that show what a token is worth. */
import * as z from 'zod/mini';
import type { ApiBed } from './api-bed.ts';
import type { TestRequest } from './gateway-event.ts';

export const loginRequest = (username: string, password: string): TestRequest => ({
  method: 'POST',
  path: '/api/v1/auth/local/login',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams({ username, password }).toString(),
});

/** A token; throws when the login is refused. */
export async function logIn(bed: ApiBed, username: string, password: string): Promise<string> {
  const answer = await bed.send(loginRequest(username, password));
  return z.object({ access_token: z.string() }).parse(answer.body).access_token;
}

export const loginStatus = async (bed: ApiBed, username: string, password: string): Promise<number> =>
  (await bed.send(loginRequest(username, password))).status;

/** Status of a call that every role may make. */
export const readStatus = async (bed: ApiBed, token: string): Promise<number> =>
  (await bed.send({ method: 'GET', path: '/api/echo/v1/tasks', token })).status;

export const auditOf = async (bed: ApiBed): Promise<readonly Readonly<Record<string, unknown>>[]> =>
  (await bed.table.rows()).filter((row) => String(row['pk']).startsWith('audit#'));
