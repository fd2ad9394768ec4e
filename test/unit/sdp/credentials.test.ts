import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { credentialsFromSecret, type ArrayCredentials } from '../../../shared/adapters/sdp-http/credentials.ts';
import type { ArrayAnswer } from '../../../shared/adapters/sdp-http/tls-transport.ts';
import { isDomainError } from '../../../shared/domain/errors.ts';
import { sdpOverTable } from './sdp-over-table.ts';
import { firstOnes } from './table-array.ts';

const old: ArrayCredentials = { user: 'planted-user', password: 'old-Passw0rd"\\ü' };
const fresh: ArrayCredentials = { user: 'planted-user', password: 'fresh-Passw0rd' };
const basic = ({ user, password }: ArrayCredentials): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const secretText = ({ user, password }: ArrayCredentials): string => JSON.stringify({ username: user, password });
const unauthorized: ArrayAnswer = { status: 401, text: '{"error_msg": "wrong or missing credentials"}' };

/** A secret that can be changed, and how often it was read. */
const startSecret = (first: string) => {
  let text = first;
  let reads = 0;
  const source = credentialsFromSecret(async () => {
    reads += 1;
    return text;
  });
  return { source, reads: () => reads, change: (next: string) => (text = next) };
};
/** An array that accepts one password at a time. */
const startArray = (text: string, accepted: ArrayCredentials) => {
  const secret = startSecret(text);
  const over = sdpOverTable(() => (over.array.authorizations.at(-1) === basic(accepted) ? 'pass' : unauthorized), {
    credentials: secret.source,
  });
  return { ...over, ...secret };
};
const failureOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('credentials of an array', () => {
  it('are read once for many calls', async () => {
    const { sdp, reads } = startArray(secretText(fresh), fresh);
    await Promise.all([sdp.locateVolumes(['a']), sdp.locateVolumes(['b']), sdp.removeSnapshot('s1')]);
    expect(reads()).toBe(1);
  });

  it('are read again when they are refused, and the call, also a creation, goes on with the new ones', async () => {
    const { sdp, array, reads, change, logged, pausesMs } = startArray(secretText(old), fresh);
    await sdp.locateVolumes(['a']).catch(() => undefined);
    change(secretText(fresh));
    expect((await sdp.ensureHost({ name: 'db1', os: 'Linux', iqn: 'iqn.test:1' })).name).toBe('db1');
    expect(array.rows('hosts')).toHaveLength(1);
    expect(reads()).toBe(3);
    expect(pausesMs).toEqual([]);
    expect(logged).toEqual(
      [false, true].map((changed) => ({
        level: 'warn',
        message: 'array credentials not accepted',
        array: 'array.test',
        secret_changed: changed,
      })),
    );
  });

  it('are read once when several calls are refused together', async () => {
    const { sdp, reads, change } = startArray(secretText(old), fresh);
    const calls = [sdp.locateVolumes(['a']), sdp.locateVolumes(['b']), sdp.removeSnapshot('s1')];
    change(secretText(fresh));
    // Read before the change.
    await Promise.all(calls);
    expect(reads()).toBe(2);
  });

  it('are refused, and the request not repeated, when the secret holds no others', async () => {
    const { sdp, array } = startArray(secretText(old), fresh);
    expect(await failureOf(sdp.locateVolumes(['a']))).toMatchObject({
      code: 'ArrayRefused',
      message: 'the array refused to find volumes by serial: credentials not accepted',
    });
    expect(array.requests).toHaveLength(1);
  });

  it('are tried twice and not more when the secret changes to others that are wrong too', async () => {
    const { sdp, array, change } = startArray(secretText(old), { user: 'a', password: 'b' });
    const call = failureOf(sdp.locateVolumes(['a']));
    change(secretText(fresh));
    expect(await call).toMatchObject({ code: 'ArrayRefused' });
    expect(array.authorizations).toEqual([basic(old), basic(fresh)]);
  });

  it.each([
    ['no JSON', 'planted-Passw0rd'],
    ['cut', '{"username": "planted-user", "password": "planted-Passw0rd'],
    ['without a user', '{"password": "planted-Passw0rd"}'],
    ['of other types', '{"username": "u", "password": ["planted-Passw0rd"]}'],
    ['empty', ''],
  ])('say that the secret is broken (%s), not what is in it, and are read anew', async (_, text) => {
    const { sdp, change, logged } = startArray(text, fresh);
    const error = await failureOf(sdp.locateVolumes(['a']));
    expect(isDomainError(error, 'ArrayRefused')).toBe(true);
    expect(String(error)).toContain('its secret must be JSON with a username and a password');
    expect(inspect([error, logged], { depth: null })).not.toContain('anted-Pass');
    change(secretText(fresh));
    expect(await sdp.locateVolumes(['a'])).toEqual([]);
  });

  describe('that the array echoes', () => {
    const token = basic(old).slice('Basic '.length);
    const { user, password } = old;
    it.each([
      ['its input', `bad input ${user}:${password}`],
      ['the header', `bad header Authorization: Basic ${token}`],
      ['the header, cut', `bad header Basic ${token.slice(0, 12)}`],
      ['the token alone', `bad token ${token}`],
      ['as in an address', `bad address https://${user}:${encodeURIComponent(password)}@array`],
      ['as in JSON', `bad body ${JSON.stringify({ password })}`],
      ['at the end of a long text', `${'x'.repeat(290)}${password}`],
    ])('are in no error, cause or log: %s', async (_, message) => {
      for (const status of [200, 400, 404, 429, 503]) {
        const text = JSON.stringify({ error_msg: message });
        const { sdp, logged } = sdpOverTable(firstOnes('GET /volumes', 99, { status, text }), {
          credentials: startSecret(secretText(old)).source,
        });
        const error = await failureOf(sdp.locateVolumes(['a']));
        const everything = inspect([error, String(error), logged], { depth: null });
        for (const length of [password.length, 6])
          for (const secret of [password, encodeURIComponent(password), JSON.stringify(password).slice(1, -1), token])
            expect(everything).not.toContain(secret.slice(0, length));
        expect(everything).toContain(message.slice(0, 3));
      }
    });
  });
});
