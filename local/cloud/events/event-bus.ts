/** The default event bus: gives events to the functions of the rules they match, later, again, and then up. */
import { setImmediate as soon, setTimeout as delay } from 'node:timers/promises';
import type { InvokeFunction } from '../state-machines/run-tasks.ts';
import type { Log } from '../wire/log.ts';
import type { CloudEvent } from './cloud-event.ts';
import { matchesPattern } from './event-pattern.ts';
import type { EventRule } from './event-rule.ts';

/** Keeps an event for people; the error is the last one. Rejects when the queue cannot be reached. */
export type PutAside = (queueName: string, event: unknown, rule: EventRule, error: unknown) => Promise<void>;

export interface EventBusOptions {
  readonly invoke: InvokeFunction;
  readonly log: Log;
  /** Before each retry; so many retries there are. */
  readonly pausesMilliseconds?: readonly number[];
}

/** Two retries, as Lambda makes by default; it waits one and two minutes, which nobody would sit out here. */
const shortPauses = [1_000, 2_000] as const;
const patienceMilliseconds = 5_000;

export class EventBus {
  #rules: readonly EventRule[] = [];
  #putAside: PutAside = () => Promise.reject(new Error('no queue is known'));
  readonly #underWay = new Set<Promise<void>>();
  readonly #over = new AbortController();
  readonly #options: EventBusOptions;

  constructor(options: EventBusOptions) {
    this.#options = options;
  }

  /** From now on these rules match; before, none does. */
  load(rules: readonly EventRule[], putAside: PutAside): void {
    this.#rules = rules;
    this.#putAside = putAside;
  }

  /** Returns at once: whoever tells never waits for those who listen, nor fails with them. Nothing after `stop`. */
  publish(event: CloudEvent): void {
    if (this.#over.signal.aborted) return;
    for (const rule of this.#rules.filter(({ pattern }) => matchesPattern(pattern, event))) {
      const delivery = this.#deliver(rule, rule.input ?? event).finally(() => this.#underWay.delete(delivery));
      this.#underWay.add(delivery);
    }
  }

  /** No further deliveries or retries; waits for those under way, but not longer than five seconds. */
  async stop(): Promise<void> {
    this.#over.abort();
    await Promise.race([Promise.all(this.#underWay), delay(patienceMilliseconds, undefined, { ref: false })]);
  }

  async #deliver(rule: EventRule, event: unknown): Promise<void> {
    const pauses = this.#options.pausesMilliseconds ?? shortPauses;
    await soon();
    for (let tries = 0; !this.#over.signal.aborted; tries += 1) {
      try {
        await this.#options.invoke(rule.functionName, event);
        return;
      } catch (error) {
        const pause = pauses[tries];
        if (pause === undefined) {
          await this.#giveUp(rule, event, error);
          return;
        }
        await this.#pause(pause);
      }
    }
  }

  /** Ends early when the bus is stopped, and keeps no process alive. */
  async #pause(milliseconds: number): Promise<void> {
    const { signal } = this.#over;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds).unref();
      signal.addEventListener(
        'abort',
        () => {
          clearTimeout(timer);
          resolve();
        },
        { once: true },
      );
    });
  }

  async #giveUp(rule: EventRule, event: unknown, error: unknown): Promise<void> {
    const { log } = this.#options;
    log(`${rule.functionName} failed for an event of rule ${rule.name}`, error);
    if (rule.deadLetterQueue === null) return;
    try {
      await this.#putAside(rule.deadLetterQueue, event, rule, error);
    } catch (failure) {
      log(`an event of rule ${rule.name} is lost`, failure);
    }
  }
}
