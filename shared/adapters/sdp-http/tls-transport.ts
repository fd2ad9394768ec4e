import { Agent, request } from 'node:https';

export interface ArrayRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below `/api/v2`, with its leading slash. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
  /** The whole exchange, from connecting to the last byte of the answer. */
  readonly timeoutMs: number;
}

export interface ArrayAnswer {
  readonly status: number;
  readonly text: string;
}

/** One exchange with the array. Rejects when no whole answer came: the effect may have happened all the same. */
export type Send = (request: ArrayRequest) => Promise<ArrayAnswer>;

export interface TransportOptions {
  /** `https://host[:port][/prefix]`, without `/api/v2`. */
  readonly url: string;
  /** Certificates to trust instead of the system's, PEM. */
  readonly caPem?: string;
  readonly user: string;
  readonly password: string;
}

/** A stuck array must not collect sockets of one warm function; flows make a handful of calls at a time. */
const maxSockets = 8;

/**
 * Sends over kept-alive TLS connections with basic authentication. The certificate is always verified, also where
 * NODE_TLS_REJECT_UNAUTHORIZED says otherwise. `node:https` and not an HTTP library: no byte in the Lambda bundle.
 *
 * @throws TypeError when `url` is not https or carries credentials (they would end up in errors).
 */
export const createTlsTransport = (options: TransportOptions): Send => {
  const base = new URL(options.url);
  if (base.protocol !== 'https:') throw new TypeError('the address of the array must begin with https://');
  if (base.username !== '' || base.password !== '') {
    throw new TypeError('the address of the array must not hold credentials');
  }
  const prefix = `${base.origin}${base.pathname.replace(/\/+$/, '')}/api/v2`;
  const agent = new Agent({
    keepAlive: true,
    maxSockets,
    rejectUnauthorized: true,
    ...(options.caPem === undefined ? {} : { ca: options.caPem }),
  });
  const authorization = `Basic ${Buffer.from(`${options.user}:${options.password}`, 'utf8').toString('base64')}`;

  return ({ method, path, query, body, timeoutMs }) =>
    new Promise<ArrayAnswer>((resolve, reject) => {
      const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body), 'utf8');
      const call = request(`${prefix}${path}${queryText(query)}`, {
        method,
        agent,
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          authorization,
          accept: 'application/json',
          ...(payload === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': String(payload.length) }),
        },
      });
      call.on('error', reject);
      call.on('response', (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') });
        });
      });
      call.end(payload);
    });
};

const queryText = (query: Readonly<Record<string, string>> = {}): string => {
  const pairs = Object.entries(query).map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
};
