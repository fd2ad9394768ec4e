/** A rule of EventBridge that runs a function by the clock. */
import type { JsonValue } from '../state-machines/json-value.ts';

export interface ScheduledRule {
  readonly name: string;
  /** `rate(1 minute)` or `cron(0 12 * * ? *)`, in UTC. */
  readonly schedule: string;
  readonly functionName: string;
  /** The event the rule gives instead of a scheduled event; null for none. */
  readonly input: JsonValue;
}
