import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startSchedules } from '../../../local/cloud/schedules/schedules.ts';

const rule = { name: 'tick', schedule: 'rate(1 minute)', functionName: 'sweep', input: null };

describe('scheduled rules', () => {
  beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2030, 0, 1, 0, 0, 30) }));
  afterEach(() => void vi.useRealTimers());

  it('run at start and at the rate, with a scheduled event', async () => {
    const seen: unknown[] = [];
    const schedules = startSchedules([rule], async (_name, event) => void seen.push(event), vi.fn());
    await vi.advanceTimersByTimeAsync(120_000);
    await schedules.stop();
    expect(seen).toHaveLength(3);
    expect(seen[0]).toMatchObject({
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      time: '2030-01-01T00:00:30.000Z',
    });
  });

  it("run by cron, with the rule's own input", async () => {
    const seen: unknown[] = [];
    const schedules = startSchedules(
      [{ ...rule, schedule: 'cron(0/10 * * * ? *)', input: { hello: 1 } }],
      async (_name, event) => void seen.push(event),
      vi.fn(),
    );
    await vi.advanceTimersByTimeAsync(20 * 60_000);
    await schedules.stop();
    expect(seen).toEqual([{ hello: 1 }, { hello: 1 }, { hello: 1 }]);
  });

  it('skip ticks while a run is under way, and stop waits for it', async () => {
    let finish: () => void = () => undefined;
    let runs = 0;
    const invoke = (): Promise<void> => {
      runs += 1;
      return new Promise((resolve) => {
        finish = resolve;
      });
    };
    const schedules = startSchedules([rule], invoke, vi.fn(), 10);
    await vi.advanceTimersByTimeAsync(100);
    expect(runs).toBe(1);
    finish();
    await vi.advanceTimersByTimeAsync(10);
    expect(runs).toBe(2);
    const stopped = schedules.stop();
    finish();
    await stopped;
    await vi.advanceTimersByTimeAsync(100);
    expect(runs).toBe(2);
  });

  it('go on after a run that failed, and say so', async () => {
    const log = vi.fn();
    const schedules = startSchedules([rule], () => Promise.reject(new Error('no')), log, 10);
    await vi.advanceTimersByTimeAsync(15);
    await schedules.stop();
    expect(log).toHaveBeenCalledTimes(2);
  });

  it('refuse a schedule before anything runs', () => {
    const invoke = vi.fn();
    expect(() => startSchedules([rule, { ...rule, schedule: 'rate(1 second)' }], invoke, vi.fn())).toThrow(
      'rate(1 second)',
    );
    expect(invoke).not.toHaveBeenCalled();
  });
});
