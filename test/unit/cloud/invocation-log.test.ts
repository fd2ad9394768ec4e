import { expect, it } from 'vitest';
import { type Invocation, InvocationLog, openMilliseconds } from '../../../local/cloud/invocation-log.ts';

const span = (startedAt: number, endedAt: number): Invocation => ({
  functionName: 'f',
  requestId: 'r',
  startedAt,
  endedAt,
  failed: false,
});

it('counts the time in which something was open once', () => {
  expect(openMilliseconds([span(0, 10), span(5, 12), span(6, 7), span(20, 30)], 0, 100)).toBe(22);
});

it('counts only within the window', () => {
  expect(openMilliseconds([span(0, 10), span(90, 110)], 5, 100)).toBe(15);
  expect(openMilliseconds([span(0, 10)], 50, 60)).toBe(0);
});

it('keeps the newest 10,000, oldest first', () => {
  const log = new InvocationLog();
  for (let at = 0; at < 10_005; at += 1) log.add(span(at, at));
  expect([log.all().length, log.all()[0]?.startedAt, log.all().at(-1)?.startedAt]).toEqual([10_000, 5, 10_004]);
});
