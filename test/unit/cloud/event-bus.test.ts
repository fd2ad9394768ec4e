import { describe, expect, it, vi } from 'vitest';
import { cloudEvent } from '../../../local/cloud/events/cloud-event.ts';
import { EventBus, type EventBusOptions, type PutAside } from '../../../local/cloud/events/event-bus.ts';
import type { EventRule } from '../../../local/cloud/events/event-rule.ts';
import type { JsonValue } from '../../../local/cloud/state-machines/json-value.ts';

const rule: EventRule = {
  name: 'on-asked',
  pattern: { source: ['test'] },
  functionName: 'listener',
  input: null,
  deadLetterQueue: 'lost',
};
const anEvent = (detail: JsonValue = {}) => cloudEvent({ source: 'test', detailType: 'Asked', detail });

interface World extends Partial<EventBusOptions> {
  readonly rules?: readonly EventRule[];
  readonly putAside?: PutAside;
}

function bed({ rules = [rule], putAside, ...options }: World = {}) {
  const calls: [string, unknown][] = [];
  const aside: unknown[][] = [];
  const log = vi.fn<(message: string, cause?: unknown) => void>();
  const invoke = (name: string, event: unknown): Promise<unknown> => Promise.resolve(calls.push([name, event]));
  const bus = new EventBus({ invoke, log, pausesMilliseconds: [0, 0], ...options });
  bus.load(rules, putAside ?? (async (...all) => void aside.push(all)));
  return { bus, calls, aside, log };
}

describe('the event bus', () => {
  it('gives a matching event to the function of each rule, after the caller has gone on', async () => {
    const { bus, calls } = bed({
      rules: [
        rule,
        { ...rule, functionName: 'second', input: { own: 1 } },
        { ...rule, pattern: { source: ['other'] } },
      ],
    });
    const event = anEvent();
    bus.publish(event);
    expect(calls).toEqual([]);
    await vi.waitFor(() => expect(calls).toHaveLength(2));
    expect(calls).toEqual([
      ['listener', event],
      ['second', { own: 1 }],
    ]);
    await bus.stop();
    expect(calls).toHaveLength(2);
  });

  it('matches nothing before its rules are loaded', async () => {
    const calls: string[] = [];
    const bus = new EventBus({ invoke: async (name) => calls.push(name), log: vi.fn() });
    bus.publish(anEvent());
    await bus.stop();
    expect(calls).toEqual([]);
  });

  it('tries twice more, and no more once it is done', async () => {
    let calls = 0;
    const invoke = (): Promise<unknown> => {
      calls += 1;
      return calls < 3 ? Promise.reject(new Error('not yet')) : Promise.resolve();
    };
    const { bus, aside, log } = bed({ invoke });
    bus.publish(anEvent());
    await vi.waitFor(() => expect(calls).toBe(3));
    await bus.stop();
    expect([calls, aside, log.mock.calls]).toEqual([3, [], []]);
  });

  it('then says so and puts the event aside', async () => {
    const failure = new Error('never');
    const { bus, aside, log } = bed({ invoke: () => Promise.reject(failure) });
    const event = anEvent({ a: 1 });
    bus.publish(event);
    await vi.waitFor(() => expect(aside).toHaveLength(1));
    expect(aside).toEqual([['lost', event, rule, failure]]);
    expect(log.mock.calls).toEqual([['listener failed for an event of rule on-asked', failure]]);
    await bus.stop();
  });

  it('says that an event is lost when it cannot be put aside either', async () => {
    const { bus, log } = bed({
      invoke: () => Promise.reject(new Error('never')),
      putAside: () => Promise.reject(new Error('no queue')),
    });
    bus.publish(anEvent());
    await vi.waitFor(() => expect(log).toHaveBeenCalledTimes(2));
    expect(log.mock.calls[1]?.[0]).toBe('an event of rule on-asked is lost');
    await bus.stop();
  });

  it('delivers nothing once it is stopped: not what was told before, nor what is told after, nor a retry', async () => {
    const { bus, calls } = bed();
    bus.publish(anEvent());
    await bus.stop();
    bus.publish(anEvent());
    await new Promise(setImmediate);
    expect(calls).toEqual([]);

    let tries = 0;
    const failing = bed({
      invoke: () => {
        tries += 1;
        return Promise.reject(new Error('never'));
      },
      pausesMilliseconds: [60_000],
    });
    failing.bus.publish(anEvent());
    await vi.waitFor(() => expect(tries).toBe(1));
    await failing.bus.stop();
    expect([tries, failing.aside]).toEqual([1, []]);
  });

  it('waits at its stop for the delivery under way', async () => {
    let finish: () => void = () => undefined;
    let finished = false;
    const invoke = async (): Promise<void> => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      finished = true;
    };
    const { bus } = bed({ invoke });
    bus.publish(anEvent());
    await new Promise(setImmediate);
    const stopped = bus.stop();
    finish();
    await stopped;
    expect(finished).toBe(true);
  });
});
