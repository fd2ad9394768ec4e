export interface Clock {
  nowMilliseconds(): number;
}

export const nowSeconds = (clock: Clock): number => Math.floor(clock.nowMilliseconds() / 1000);

export const systemClock: Clock = { nowMilliseconds: () => Date.now() };
