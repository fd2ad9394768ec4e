import { describe, expect, it } from 'vitest';
import { parseSchedule } from '../../../local/cloud/schedules/schedule-expression.ts';

describe('schedule expressions', () => {
  it.each([
    ['rate(1 minute)', { kind: 'rate', everyMilliseconds: 60_000 }],
    ['rate(5 minutes)', { kind: 'rate', everyMilliseconds: 300_000 }],
    ['rate(1 day)', { kind: 'rate', everyMilliseconds: 86_400_000 }],
    ['cron(0 12 * * ? *)', { kind: 'cron', pattern: '0 12 * * *' }],
    ['cron(0/15 8-17 ? * MON-FRI *)', { kind: 'cron', pattern: '0/15 8-17 * * MON-FRI' }],
    ['cron(0 3 ? * 1,7 *)', { kind: 'cron', pattern: '0 3 * * 0,6' }],
  ])('%s', (expression, expected) => {
    expect(parseSchedule(expression)).toEqual(expected);
  });

  it.each([
    'rate(1 minutes)',
    'rate(2 minute)',
    'rate(0 minutes)',
    'rate(1 second)',
    'cron(* * * * *)',
    'cron(0 12 * * * *)',
    'cron(0 12 L * ? *)',
    'cron(0 12 ? * 6#3 *)',
    'cron(0 12 * * ? 2030)',
    'at(2030-01-01T00:00:00)',
  ])('%s is refused', (expression) => {
    expect(() => parseSchedule(expression)).toThrow(expression);
  });
});
