import type { StatsWindow } from '../query/stats-window.ts';
import type { ResourceDefinition } from './definition.ts';
import { refTo, textIn, type Draft } from './value.ts';

const perPoint = ({ directions, blockSizes }: StatsWindow): number => directions.length * blockSizes.length;

const rowCount = (window: StatsWindow): number => window.points * perPoint(window);

/** One measurement. The array sees no I/O, because hosts work on the bytes themselves, so every figure is 0. */
function measurement(position: number, window: StatsWindow): Draft {
  const { directions, blockSizes, firstAt, resolutionSeconds } = window;
  const rw = directions[position % directions.length];
  const bs = blockSizes[Math.floor(position / directions.length) % blockSizes.length];
  const isWhole = rw === undefined && bs === undefined;
  return {
    timestamp: firstAt + Math.floor(position / perPoint(window)) * resolutionSeconds,
    resolution: resolutionSeconds,
    iops_avg: 0,
    throughput_avg: 0,
    latency_inner: 0,
    latency_outer: 0,
    ...(isWhole ? { iops_max: 0, throughput_max: 0 } : {}),
    ...(rw === undefined ? {} : { rw }),
    ...(bs === undefined ? {} : { bs }),
  };
}

export const systemStats: ResourceDefinition = {
  collection: 'stats/system',
  noun: 'system',
  sequence: 'stats/system',
  verbs: [],
  fields: {},
  computed: {
    of: 'system/state',
    count: rowCount,
    rows: (window) => (_system, position) => measurement(position, window),
  },
};

export const volumeStats: ResourceDefinition = {
  collection: 'stats/volumes',
  noun: 'volume',
  sequence: 'stats/volumes',
  verbs: [],
  fields: {},
  computed: {
    of: 'volumes',
    count: rowCount,
    rows: (window, lookup) => {
      const array = textIn(lookup.find('system/state', 1) ?? {}, 'system_name');
      return (volume, position) => ({
        ...measurement(position, window),
        volume: refTo('volumes', volume.id),
        volume_name: textIn(volume, 'name'),
        peer_k2_name: array,
      });
    },
  },
};

/** Rounds of a replication session. The array moves no data yet, so there is none. */
export const rpoHistory: ResourceDefinition = {
  collection: 'replication/rpo_history',
  noun: 'replication session',
  sequence: 'replication/rpo_history',
  verbs: [],
  fields: {},
  computed: { of: 'replication/sessions', count: () => 0, rows: () => () => ({}) },
};
