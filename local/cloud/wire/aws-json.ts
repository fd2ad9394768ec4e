/** The AWS JSON protocol (1.0 and 1.1): one POST, the operation in X-Amz-Target, errors named by `__type`. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Log } from './log.ts';

/** An error the AWS SDK of the caller shows under `code` as its name. */
export class WireError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = code;
    this.code = code;
  }
}

export type Operations = Readonly<Record<string, (input: unknown) => unknown>>;

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const failure = (error: unknown, target: string, log: Log): Answer => {
  if (error instanceof WireError) return { status: 400, body: { __type: error.code, message: error.message } };
  if (error instanceof z.ZodError || error instanceof SyntaxError) {
    const message = error instanceof z.ZodError ? z.prettifyError(error) : error.message;
    return { status: 400, body: { __type: 'ValidationException', message } };
  }
  log(`${target} failed inside the embedded cloud`, error);
  return { status: 500, body: { __type: 'InternalFailure', message: 'the embedded cloud failed; see its log' } };
};

const perform = async (operations: Operations, target: string, text: string, log: Log): Promise<Answer> => {
  const operation = operations[target.slice(target.lastIndexOf('.') + 1)];
  if (operation === undefined) {
    return {
      status: 400,
      body: { __type: 'UnknownOperationException', message: `${target} is not served by the embedded cloud` },
    };
  }
  try {
    return { status: 200, body: await operation(JSON.parse(text === '' ? '{}' : text)) };
  } catch (error) {
    return failure(error, target, log);
  }
};

/** Answers one request whose body was read already; never rejects for what an operation throws. */
export const answerAwsJson = async (
  operations: Operations,
  request: IncomingMessage,
  body: string,
  response: ServerResponse,
  log: Log,
): Promise<void> => {
  const target = request.headers['x-amz-target'];
  const answer = await perform(operations, typeof target === 'string' ? target : '', body, log);
  response.writeHead(answer.status, {
    'content-type': request.headers['content-type'] ?? 'application/x-amz-json-1.0',
  });
  response.end(JSON.stringify(answer.body));
};
