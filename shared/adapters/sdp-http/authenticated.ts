import type { Log } from '../../ports/log.ts';
import type { ArrayCredentials, CredentialSource } from './credentials.ts';
import type { Redactor } from './redact.ts';
import type { Send, Transport } from './tls-transport.ts';

export interface AuthenticationOptions {
  readonly credentials: CredentialSource;
  readonly redactor: Redactor;
  readonly log: Log;
  /** Host and port, for the log. */
  readonly host: string;
  /** Milliseconds, only differences count. */
  readonly now: () => number;
}

/**
 * Basic authentication with the current credentials. A 401 has done nothing on the array, so the request goes out once
 * more, whatever its method, when the secret holds other credentials by now.
 */
export const authenticated = (transport: Transport, options: AuthenticationOptions): Send => {
  const { credentials, redactor, log, host, now } = options;
  return async (request) => {
    const endsAt = now() + request.timeoutMs;
    const send = (used: ArrayCredentials, timeoutMs: number) => {
      redactor.learn(used);
      const pair = Buffer.from(`${used.user}:${used.password}`, 'utf8').toString('base64');
      return transport({ ...request, timeoutMs }, `Basic ${pair}`);
    };
    const used = await credentials.current();
    const answer = await send(used, request.timeoutMs);
    if (answer.status !== 401) return answer;
    const fresh = await credentials.renewed(used);
    log.warn('array credentials not accepted', { array: host, secret_changed: fresh !== undefined });
    const leftMs = Math.floor(endsAt - now());
    return fresh === undefined || leftMs < 1 ? answer : send(fresh, leftMs);
  };
};
