/** Runs the scheduled rules of the app. */
import { setTimeout as delay } from 'node:timers/promises';
import { Cron } from 'croner';
import { account, region } from '../cloudformation/resource-identities.ts';
import { cloudEvent } from '../events/cloud-event.ts';
import type { InvokeFunction } from '../state-machines/run-tasks.ts';
import type { Log } from '../wire/log.ts';
import { parseSchedule, type Schedule } from './schedule-expression.ts';
import type { ScheduledRule } from './scheduled-rule.ts';

export interface Schedules {
  /** No further runs; waits for those under way, but not longer than five seconds. */
  stop(): Promise<void>;
}

const patienceMilliseconds = 5_000;

const scheduledEvent = (rule: ScheduledRule): unknown =>
  rule.input ??
  cloudEvent({
    source: 'aws.events',
    detailType: 'Scheduled Event',
    resources: [`arn:aws:events:${region}:${account}:rule/${rule.name}`],
    detail: {},
  });

/** Calls `run` on schedule until the answer is called. */
const repeat = (schedule: Schedule, intervalMilliseconds: number | undefined, run: () => void): (() => void) => {
  if (intervalMilliseconds === undefined && schedule.kind === 'cron') {
    const job = new Cron(schedule.pattern, { timezone: 'UTC' }, run);
    return () => job.stop();
  }
  const everyMilliseconds = intervalMilliseconds ?? (schedule.kind === 'rate' ? schedule.everyMilliseconds : 60_000);
  const timer = setInterval(run, everyMilliseconds);
  return () => clearInterval(timer);
};

/**
 * Runs each rule now and then on its schedule, or every `intervalMilliseconds` where that is given. A rule whose run is
 * still under way skips the tick; a run that fails is logged and changes nothing for the next.
 */
export const startSchedules = (
  rules: readonly ScheduledRule[],
  invoke: InvokeFunction,
  log: Log,
  intervalMilliseconds?: number,
): Schedules => {
  const underWay = new Map<ScheduledRule, Promise<void>>();
  const runOnce = async (rule: ScheduledRule): Promise<void> => {
    try {
      await invoke(rule.functionName, scheduledEvent(rule));
    } catch (error) {
      log(`the scheduled run of ${rule.functionName} failed`, error);
    } finally {
      underWay.delete(rule);
    }
  };
  const run = (rule: ScheduledRule): void => {
    if (!underWay.has(rule)) underWay.set(rule, runOnce(rule));
  };
  const parsed = rules.map((rule) => [rule, parseSchedule(rule.schedule)] as const);
  const cancels = parsed.map(([rule, schedule]) => {
    run(rule);
    return repeat(schedule, intervalMilliseconds, () => run(rule));
  });
  return {
    stop: async () => {
      for (const cancel of cancels) cancel();
      await Promise.race([Promise.all(underWay.values()), delay(patienceMilliseconds, undefined, { ref: false })]);
    },
  };
};
