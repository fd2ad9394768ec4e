import { Agent, request } from 'node:https';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import type { ArrayTrust } from '../../ports/sdp.ts';
import { arrayAddress } from './array-address.ts';
import { NoAnswer } from './no-answer.ts';
import { retryAfterMs } from './retry-after.ts';
import { createTlsConnect, type TlsConnect } from './tls-connect.ts';

export interface ArrayRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below `/api/v2`, with its leading slash. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
  /** The whole exchange, from waiting for a connection to the last byte of the answer. */
  readonly timeoutMs: number;
}

export interface ArrayAnswer {
  readonly status: number;
  readonly text: string;
  /** How long the array asks to be left alone. */
  readonly retryAfterMs?: number;
}

/** One exchange with the array. Rejects when no whole answer came: the effect may have happened all the same. */
export type Send = (request: ArrayRequest) => Promise<ArrayAnswer>;

/** The same with the Authorization header to send. Rejects with NoAnswer, or with an error of the certificate. */
export type Transport = (request: ArrayRequest, authorization: string) => Promise<ArrayAnswer>;

export interface TransportOptions {
  /** `https://host[:port][/prefix]`, without `/api/v2`. */
  readonly url: string;
  readonly trust: ArrayTrust;
}

/** A stuck array must not collect sockets of one warm function; flows make a handful of calls at a time. */
export const maxSockets = 8;
/** Ten times the longest page. An address that leads to something else must not fill the memory of a function. */
const longestAnswerBytes = 32 * 1024 * 1024;
/** Shorter when the array says so (Keep-Alive header): a connection that it is about to close is not used again. */
const idleMs = 30_000;

class VerifyingAgent extends Agent {
  readonly #connect: TlsConnect;
  readonly #verified: WeakSet<TLSSocket>;

  constructor(connect: TlsConnect) {
    super({ keepAlive: true, maxSockets, timeout: idleMs });
    this.#connect = connect;
    this.#verified = new WeakSet();
  }

  override createConnection(options: ConnectionOptions): TLSSocket {
    const socket = this.#connect(options);
    socket.once('secureConnect', () => {
      if (!socket.destroyed) this.#verified.add(socket);
    });
    return socket;
  }

  /** The handshake is done, and what the request said may have been heard. */
  hasVerified(socket: unknown): boolean {
    return this.#verified.has(socket as TLSSocket);
  }
}

/**
 * Sends over kept-alive TLS connections, at most `maxSockets`; further requests wait for one. `node:https` and not an
 * HTTP library: no byte in the Lambda bundle.
 *
 * @throws TypeError when `url` is not https or carries credentials (they would end up in errors), or `trust` is broken.
 */
export const createTlsTransport = ({ url, trust }: TransportOptions): Transport => {
  const prefix = `${arrayAddress(url).href.replace(/\/+$/, '')}/api/v2`;
  const agent = new VerifyingAgent(createTlsConnect(trust));

  return ({ method, path, query, body, timeoutMs }, authorization) =>
    new Promise<ArrayAnswer>((resolve, reject) => {
      const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body), 'utf8');
      const timeout = AbortSignal.timeout(timeoutMs);
      const call = request(`${prefix}${path}${queryText(query)}`, {
        method,
        agent,
        signal: timeout,
        headers: {
          authorization,
          accept: 'application/json',
          ...(payload === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': String(payload.length) }),
        },
      });
      const fail = (error: Error): void => {
        if (timeout.aborted && call.socket === null)
          reject(new NoAnswer('queued', `no connection within ${timeoutMs} ms`));
        else if (timeout.aborted) reject(new NoAnswer('timed out', `no answer within ${timeoutMs} ms`));
        else if (agent.hasVerified(call.socket)) reject(new NoAnswer('cut off', error.message));
        else reject(NoAnswer.whenConnecting(error));
      };
      call.on('error', fail);
      // By itself the signal does not reach a request that still waits for a connection.
      timeout.addEventListener('abort', () => fail(new Error('timed out')), { once: true });
      call.on('response', (answer) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        answer.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          bytes += chunk.length;
          if (bytes > longestAnswerBytes) call.destroy(new Error(`an answer of more than ${longestAnswerBytes} bytes`));
        });
        answer.on('error', fail);
        answer.on('end', () => {
          const waitMs = retryAfterMs(answer.headers['retry-after'], answer.headers.date);
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: answer.statusCode ?? 0, text, ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }) });
        });
      });
      call.end(payload);
    });
};

const queryText = (query: Readonly<Record<string, string>> = {}): string => {
  const pairs = Object.entries(query).map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
};
