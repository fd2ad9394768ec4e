/** Rules of EventBridge: by the clock, or by pattern. */
import { z } from 'zod';
import { parseEventPattern } from '../events/event-pattern.ts';
import type { EventRule } from '../events/event-rule.ts';
import type { ScheduledRule } from '../schedules/scheduled-rule.ts';
import { functionNameOf } from '../state-machines/task-plan.ts';
import { type FoundResource, readProperties } from './resource-reading.ts';

/** Retries are the bus's own: see docs/embedded-cloud.md. */
const target = z.strictObject({
  Arn: z.string(),
  Id: z.string(),
  Input: z.string().optional(),
  DeadLetterConfig: z.strictObject({ Arn: z.string() }).optional(),
  RetryPolicy: z.unknown().optional(),
});
type Target = z.infer<typeof target>;

const ruleProperties = z.object({
  ScheduleExpression: z.string().optional(),
  EventPattern: z.record(z.string(), z.unknown()).optional(),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  Targets: z.array(target).default([]),
});

const ruleIgnored = ['Name', 'Description', 'Tags'];

export interface Rules {
  readonly scheduled: readonly ScheduledRule[];
  readonly byPattern: readonly EventRule[];
}

const queueNameOf = (arn: string): string | null => /^arn:aws:sqs:[^:]+:\d{12}:([\w-]+)$/.exec(arn)?.[1] ?? null;

/** One per target; none when the rule is disabled. Throws, naming the rule, for what it would not run as on AWS. */
export const readRules = (found: FoundResource): Rules => {
  const { ScheduleExpression, EventPattern, State, Targets } = readProperties(found, ruleProperties, ruleIgnored);
  const name = found.scope.physicalName(found.logicalId);
  const refuse = (what: string): never => {
    throw new Error(`${found.scope.stackName}: ${found.logicalId}: ${what}`);
  };
  const run = ({ Arn, Input }: Target) => ({
    name,
    functionName: functionNameOf(Arn) ?? refuse(`target ${Arn} is not a function`),
    input: Input === undefined ? null : z.json().parse(JSON.parse(Input)),
  });
  const deadLetterQueueOf = ({ DeadLetterConfig: to }: Target): string | null =>
    to === undefined ? null : (queueNameOf(to.Arn) ?? refuse(`${to.Arn} is not a queue`));

  if ((ScheduleExpression === undefined) === (EventPattern === undefined))
    refuse('a rule has either a ScheduleExpression or an EventPattern');
  const pattern = EventPattern === undefined ? undefined : parseEventPattern(name, EventPattern);
  const live = State === 'ENABLED' ? Targets : [];
  return {
    scheduled: ScheduleExpression === undefined ? [] : live.map((to) => ({ ...run(to), schedule: ScheduleExpression })),
    byPattern:
      pattern === undefined ? [] : live.map((to) => ({ ...run(to), pattern, deadLetterQueue: deadLetterQueueOf(to) })),
  };
};
