/**
 * Hears every HTTP exchange of this process by node's own diagnostics channels, so nothing of the product is changed or
 * slowed to be measured. Functions, queues and front door live in this process; array and agents in processes of their own.
 *
 * - array call: from the request to the array's address until its answer was read.
 * - agent call: from the command's arrival in the queue until the agent's answer to it arrives at the front door. Commands
 *   of one clone may overlap: the span lasts while more were sent than answered.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { z } from 'zod';
import type { Span } from './spans.ts';

export interface WireWatch {
  /** Since the last `reset`. Throws when a command was never answered, or answered twice: then there is no saying. */
  spans(): { readonly array: readonly Span[]; readonly agent: readonly Span[] };
  reset(): void;
  stop(): void;
}

type Listener = (message: unknown) => void;

const outgoing = z.object({
  request: z.custom<{ getHeader(name: string): unknown }>((value) => typeof value === 'object' && value !== null),
});
const incoming = z.object({
  request: z.object({ url: z.string(), method: z.string(), headers: z.record(z.string(), z.unknown()) }),
});

const answerPath = /^\/api\/agent\/v1\/commands\/([^/]+)\/(success|failure)$/;

/** @param arrayHost `127.0.0.1:PORT` */
export function watchWire(arrayHost: string): WireWatch {
  const array: Span[] = [];
  const open = new Map<object, number>();
  const sent: number[] = [];
  const answered = new Map<string, number>();

  const listeners: Readonly<Record<string, Listener>> = {
    'http.client.request.start': (message) => {
      const { request } = outgoing.parse(message);
      if (request.getHeader('host') === arrayHost) open.set(request, performance.now());
    },
    'http.client.response.finish': (message) => {
      const { request } = outgoing.parse(message);
      const from = open.get(request);
      if (from === undefined) return;
      open.delete(request);
      array.push({ from, to: performance.now() });
    },
    'http.server.request.start': (message) => {
      const { request } = incoming.parse(message);
      if (request.headers['x-amz-target'] === 'AmazonSQS.SendMessage') sent.push(performance.now());
      const commandId = answerPath.exec(request.url)?.[1];
      if (commandId !== undefined && !answered.has(commandId)) answered.set(commandId, performance.now());
    },
  };
  for (const [name, listener] of Object.entries(listeners)) subscribe(name, listener);

  const agentSpans = (): readonly Span[] => {
    const answers = [...answered.values()];
    if (answers.length !== sent.length)
      throw new Error(`${String(sent.length)} commands were sent, ${String(answers.length)} answered`);
    const changes = [...sent.map((at) => ({ at, by: 1 })), ...answers.map((at) => ({ at, by: -1 }))].sort(
      (left, right) => left.at - right.at,
    );
    const spans: Span[] = [];
    let count = 0;
    let from = 0;
    for (const { at, by } of changes) {
      if (count === 0) from = at;
      count += by;
      if (count === 0) spans.push({ from, to: at });
    }
    return spans;
  };
  return {
    spans: () => ({ array: [...array], agent: agentSpans() }),
    reset: () => {
      array.length = 0;
      sent.length = 0;
      answered.clear();
      open.clear();
    },
    stop: () => {
      for (const [name, listener] of Object.entries(listeners)) unsubscribe(name, listener);
    },
  };
}
