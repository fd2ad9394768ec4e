/** What makes two calls the same one: who calls what, under which key, with which payload. */
import { createHash } from 'node:crypto';
import { principalName } from '../domain/token.ts';
import { hashPassword, verifyPassword } from '../security/password.ts';
import { type ApiEvent, headerOf } from './api-event.ts';
import { BadRequest } from './http-errors.ts';
import type { ApiCall, Route } from './route.ts';

export const idempotencyKeyHeader = 'Idempotency-Key';
export const maxKeyLength = 255;
const headerName = idempotencyKeyHeader.toLowerCase();

/** Every route that changes something, but login: nobody is known there, so keys could not be told apart. */
export const takesIdempotencyKey = (route: Pick<Route, 'method' | 'audience'>): boolean =>
  route.method !== 'GET' && route.audience !== 'public';

/** Visible ASCII but quote and backslash; in quotes, as the draft has it, or without, as many clients send it. */
const keyText = /^(?:"([!#-[\]-~]+)"|([!#-[\]-~]+))$/;

export const keyProblem = (msg: string, type: string): BadRequest =>
  new BadRequest([{ loc: ['header', idempotencyKeyHeader], msg, type }]);

/** Null when none is sent; throws for one that cannot be one. */
export function idempotencyKeyOf(event: ApiEvent): string | null {
  const isSent = Object.entries(event.headers ?? {}).some(
    ([name, value]) => name.toLowerCase() === headerName && value !== undefined,
  );
  if (!isSent) return null;
  const [, quoted, bare] = keyText.exec(headerOf(event, headerName).trim()) ?? [];
  const key = quoted ?? bare;
  if (key === undefined) throw keyProblem('must be visible ASCII without quotes and backslashes inside', 'bad_format');
  if (key.length > maxKeyLength) throw keyProblem(`must be at most ${String(maxKeyLength)} characters`, 'too_big');
  return key;
}

const digest = (parts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url');

/** `parts` tell the calls of one principal to one operation apart. Aliases are the same operation. */
export const callHashOf = (
  { principal }: Pick<ApiCall, 'principal'>,
  { operation }: Route,
  ...parts: readonly string[]
): string => digest([principalName(principal), operation, ...parts]);

/** Of what the schemas made of the request: blanks, unknown fields and the order of fields are no difference. */
export const payloadHash = ({ path, query, body }: Pick<ApiCall, 'path' | 'query' | 'body'>): string =>
  digest([path ?? null, query ?? null, body ?? null]);

/** A payload with a password is stored as passwords are: a plain hash of one could be guessed at. */
export const fingerprintOf = async (route: Route, payload: string): Promise<string> =>
  route.secret === 'request' ? await hashPassword(payload) : payload;

export const isFingerprintOf = async (route: Route, payload: string, fingerprint: string): Promise<boolean> =>
  route.secret === 'request' ? await verifyPassword(payload, fingerprint) : payload === fingerprint;
