import { PassThrough } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { type ProgressStream, progressOn } from '../../../local/demo/progress.ts';

function stream(isTTY: boolean): { readonly target: ProgressStream; readonly written: () => string } {
  const target = Object.assign(new PassThrough(), { isTTY, columns: 40 });
  let text = '';
  target.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  return { target, written: () => text };
}

describe('progressOn', () => {
  it('writes plain lines, without escapes, where there is no terminal', () => {
    vi.useFakeTimers();
    const { target, written } = stream(false);
    const progress = progressOn(target);
    progress.doing(() => 'cloning');
    vi.advanceTimersByTime(11_000);
    progress.say('done');
    vi.advanceTimersByTime(60_000);
    vi.useRealTimers();
    expect(written()).toMatch(/^ {4}cloning: \d+ s so far\ndone\n$/);
  });

  it('moves one line on a terminal, no longer than it is wide, and clears it before what stays', () => {
    vi.useFakeTimers();
    const { target, written } = stream(true);
    const progress = progressOn(target);
    progress.doing(() => `cloning ${'x'.repeat(100)}`);
    vi.advanceTimersByTime(500);
    progress.say('done');
    vi.useRealTimers();
    const drawn = written().split('\r\u001b[2K');
    expect(drawn.at(-1)).toBe('done\n');
    expect(Math.max(...drawn.map(({ length }) => length))).toBeLessThan(40);
  });
});
