import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NoAnswer } from '../../../shared/adapters/sdp-http/no-answer.ts';
import type { ArrayAnswer } from '../../../shared/adapters/sdp-http/tls-transport.ts';
import { sdpOverTable } from './sdp-over-table.ts';

const down = new NoAnswer('not connected', 'connect ECONNREFUSED');
const silent = new NoAnswer('timed out', 'no answer within 100 ms');
const queued = new NoAnswer('queued', 'no connection within 100 ms');
const cut = new NoAnswer('cut off', 'socket hang up');
const state = {
  status: 200,
  text: '{"hits": [{"system_id": "1", "system_name": "a", "system_version": "8", "state": "ONLINE"}], "total": 1}',
};
const refusal = { status: 400, text: '{"error_msg": "no"}' };
const busy = { status: 503, text: '' };

type Given = ArrayAnswer | Error | Promise<ArrayAnswer>;

/** Answers what it was given last. */
const start = () => {
  let next: () => Given = () => state;
  const { sdp, array, logged, pausesMs } = sdpOverTable(() => next());
  const describeArray = (): Promise<string> =>
    sdp.describe().then(
      ({ name }) => name,
      (error: unknown) => String(error),
    );
  return {
    describeArray,
    logged,
    pausesMs,
    asked: () => array.requests.length,
    answer: (given: Given) => {
      next = () => given;
    },
    script: (given: () => Given) => {
      next = given;
    },
  };
};
const open =
  'ArrayUnavailable: the array did not answer while asked to say what it is: ' +
  'array array.test has not answered 6 times in a row; it is asked again in at most 3 s';
const unanswered = 'ArrayUnavailable: the array did not answer while asked to say what it is';

describe('circuit breaker of an array', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: 1_780_000_000_000 }));
  afterEach(() => void vi.useRealTimers());

  it.each([
    ['refuses connections', down],
    ['does not answer in time', silent],
  ])('opens after the attempts of one verb on an array that %s, and then fails at once', async (_, error) => {
    const { describeArray, answer, asked, pausesMs } = start();
    answer(error);
    expect(await describeArray()).toBe(unanswered);
    expect(asked()).toBe(6);
    const pausesBefore = pausesMs.length;
    expect(await describeArray()).toBe(open);
    expect(asked()).toBe(6);
    expect(pausesMs).toHaveLength(pausesBefore);
  });

  it.each([
    ['refuses', refusal],
    ['is busy', busy],
    ['cuts connections', cut],
    ['is not asked for want of a connection', queued],
  ])('stays closed on an array that %s', async (_, given) => {
    const { describeArray, answer, asked } = start();
    answer(given);
    for (let verb = 0; verb < 3; verb += 1) await describeArray();
    const before = asked();
    answer(state);
    expect(await describeArray()).toBe('a');
    expect(asked()).toBe(before + 1);
  });

  it('counts only failures in a row', async () => {
    const { describeArray, script, asked } = start();
    script(() => (asked() % 6 === 0 ? state : down));
    for (let round = 0; round < 3; round += 1) expect(await describeArray()).toBe('a');
    expect(asked()).toBe(18);
  });

  it('asks again after its pause, and closes when it is answered', async () => {
    const { describeArray, answer, logged } = start();
    answer(down);
    await describeArray();
    answer(state);
    vi.setSystemTime(Date.now() + 2_999);
    expect(await describeArray()).toBe(open);
    vi.setSystemTime(Date.now() + 1);
    expect(await describeArray()).toBe('a');
    expect(await describeArray()).toBe('a');
    expect(logged.filter(({ message }) => message !== 'array call repeated')).toEqual([
      { level: 'error', message: 'array no longer asked', array: 'array.test', failures: 6, pause_ms: 3_000 },
      { level: 'info', message: 'array asked again', array: 'array.test', failures: 6 },
      { level: 'info', message: 'array answers again', array: 'array.test', failures: 6 },
    ]);
  });

  it('opens again on the first failure after the pause', async () => {
    const { describeArray, answer, asked } = start();
    answer(down);
    await describeArray();
    vi.setSystemTime(Date.now() + 3_000);
    expect(await describeArray()).toBe(open.replace('6 times', '7 times'));
    expect(asked()).toBe(7);
  });

  it('stays open when the one that tries finds no connection of ours free', async () => {
    const { describeArray, answer, asked } = start();
    answer(down);
    await describeArray();
    vi.setSystemTime(Date.now() + 3_000);
    answer(queued);
    expect(await describeArray()).toBe(open);
    expect(asked()).toBe(7);
  });

  it('lets one call try while the others fail at once, so that none waits beyond its own time', async () => {
    const { describeArray, answer, asked } = start();
    answer(down);
    await describeArray();
    vi.setSystemTime(Date.now() + 3_000);
    let release: (given: ArrayAnswer) => void = () => undefined;
    answer(new Promise<ArrayAnswer>((resolve) => (release = resolve)));
    const trying = describeArray();
    expect(await describeArray()).toBe(open);
    expect(asked()).toBe(7);
    release(state);
    expect(await trying).toBe('a');
  });
});
