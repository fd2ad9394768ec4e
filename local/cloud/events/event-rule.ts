/** A rule of EventBridge that runs a function when an event matches; one for each of the rule's targets. */
import type { JsonValue } from '../state-machines/json-value.ts';
import type { EventPattern } from './event-pattern.ts';

export interface EventRule {
  readonly name: string;
  readonly pattern: EventPattern;
  readonly functionName: string;
  /** What the function gets instead of the event; null for the event itself. */
  readonly input: JsonValue;
  /** Name of the queue for what could not be delivered; null without one. */
  readonly deadLetterQueue: string | null;
}
