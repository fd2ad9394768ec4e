import { readFile } from 'node:fs/promises';
import { Agent, request } from 'undici';
import type { Log } from '../logging/log.ts';

const answerTimeoutMilliseconds = 15_000;

export interface ApiAnswer {
  readonly status: number;
  /** Parsed JSON, or null where the body is empty or not JSON. */
  readonly body: unknown;
}

/** The control plane's agent face. */
export interface ApiClient {
  /** One POST. @throws Error when no answer came (network, TLS, time-out); any status is an answer. */
  post(path: string, body: unknown, signal?: AbortSignal): Promise<ApiAnswer>;
  close(): Promise<void>;
}

export interface ApiOptions {
  readonly api: string;
  readonly caFile: string;
  readonly tokenFile: string;
  readonly log: Log;
}

/**
 * TLS is verified against the given CA and nothing else. The token is read again after the control plane refused it:
 * an installer that registers the host anew replaces the file under a running agent.
 */
export async function openApiClient(options: ApiOptions): Promise<ApiClient> {
  const dispatcher = new Agent({ connect: { ca: await readFile(options.caFile, 'utf8') } });
  const readToken = async (): Promise<string> => {
    const token = (await readFile(options.tokenFile, 'utf8')).trim();
    options.log.hide(token);
    return token;
  };
  let token = await readToken();
  return {
    post: async (path, body, signal) => {
      const answer = await request(`${options.api}${path}`, {
        method: 'POST',
        dispatcher,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify(body),
        headersTimeout: answerTimeoutMilliseconds,
        bodyTimeout: answerTimeoutMilliseconds,
        ...(signal === undefined ? {} : { signal }),
      });
      const text = await answer.body.text();
      if (answer.statusCode === 401 || answer.statusCode === 403) token = await readToken();
      return { status: answer.statusCode, body: parseJson(text) };
    },
    close: () => dispatcher.close(),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // A gateway's error page: the status says enough.
  }
}
