import { refused } from '../api-error.ts';

/** Which measurements a call on a stats collection asks for: the same for every object. */
export interface StatsWindow {
  readonly resolutionSeconds: number;
  /** Unix seconds of the oldest one. */
  readonly firstAt: number;
  /** How many there are, `resolutionSeconds` apart. */
  readonly points: number;
  /** Reads and writes apart; undefined stands for both together. */
  readonly directions: readonly ('r' | 'w' | undefined)[];
  /** Block sizes apart; undefined stands for all together. */
  readonly blockSizes: readonly (string | undefined)[];
}

const RESOLUTION_SECONDS: ReadonlyMap<string, number> = new Map([
  ['5s', 5],
  ['5m', 300],
  ['1h', 3600],
]);
const BLOCK_SIZES = ['lt8k', '8k_64k', '64k_256k', 'gt256k'];
const MOST_POINTS = 999;

const isOn = (query: URLSearchParams, name: string): boolean => query.get(name)?.toLowerCase() === 'true';

function numberOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name) ?? '';
  if (text === '') return undefined;
  if (!/^\d+(\.\d+)?$/.test(text)) throw refused(`${name} must be a number`);
  return Number(text);
}

/** Reads the modifiers of the stats collections. Without any, one measurement: the newest. @param now Unix seconds. */
export function readStatsWindow(query: URLSearchParams, now: number): StatsWindow {
  const resolutionSeconds = RESOLUTION_SECONDS.get(query.get('__resolution') ?? '5s');
  if (resolutionSeconds === undefined) throw refused('__resolution must be one of 5s, 5m, 1h');
  const wanted = numberOf(query, '__datapoints');
  if (wanted !== undefined && (!Number.isInteger(wanted) || wanted < 1 || wanted > MOST_POINTS))
    throw refused(`__datapoints must be a whole number from 1 to ${MOST_POINTS}`);
  const newestAt = Math.floor(now / resolutionSeconds) * resolutionSeconds;
  const from = numberOf(query, '__from_time');
  const oldestAt = from === undefined ? undefined : Math.ceil(from / resolutionSeconds) * resolutionSeconds;
  const available = oldestAt === undefined ? (wanted ?? 1) : Math.max(0, (newestAt - oldestAt) / resolutionSeconds + 1);
  const points = Math.min(available, wanted ?? MOST_POINTS);
  return {
    resolutionSeconds,
    firstAt: oldestAt ?? newestAt - (points - 1) * resolutionSeconds,
    points,
    directions: isOn(query, '__rw_breakdown') ? ['r', 'w'] : [undefined],
    blockSizes: isOn(query, '__bs_breakdown') ? BLOCK_SIZES : [undefined],
  };
}
