import { describe, expect, it } from 'vitest';
import { coveredMs } from '../../../local/bench/spans.ts';

describe('coveredMs', () => {
  const window = { from: 100, to: 200 };

  it('counts time under several spans once', () => {
    expect(
      coveredMs(
        [
          { from: 110, to: 130 },
          { from: 120, to: 140 },
          { from: 125, to: 126 },
        ],
        window,
      ),
    ).toBe(30);
  });

  it('adds spans that do not touch, in whatever order they come', () => {
    expect(
      coveredMs(
        [
          { from: 150, to: 160 },
          { from: 110, to: 115 },
        ],
        window,
      ),
    ).toBe(15);
  });

  it('looks at the window only', () => {
    expect(
      coveredMs(
        [
          { from: 0, to: 101 },
          { from: 199, to: 500 },
          { from: 0, to: 50 },
        ],
        window,
      ),
    ).toBe(2);
  });

  it('is nothing without spans', () => {
    expect(coveredMs([], window)).toBe(0);
  });
});
