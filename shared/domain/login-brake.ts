/**
 * How fast passwords may be tried. Buckets of attempts fill up again by themselves, so the longest wait is that for one
 * attempt, whatever came before. Stored as one instant: when the bucket is full again.
 */
import type { User } from './user.ts';

export interface BrakeRule {
  /** Attempts of a full bucket. */
  readonly burst: number;
  readonly secondsPerAttempt: number;
}

/**
 * `address`: one network that calls come from, whatever the names. `place`: one name, tried from one network. `user`: one
 * name, wherever it is tried from, and whether there is such a user or not; it takes five networks to use it up.
 * `audit`: entries of one kind about failures, so that who fails on purpose cannot fill the table.
 */
export const brakeRules = {
  address: { burst: 50, secondsPerAttempt: 6 },
  place: { burst: 20, secondsPerAttempt: 30 },
  user: { burst: 100, secondsPerAttempt: 6 },
  audit: { burst: 500, secondsPerAttempt: 60 },
} as const satisfies Readonly<Record<string, BrakeRule>>;

export interface BrakeKey {
  readonly kind: keyof typeof brakeRules | 'known';
  readonly name: string;
}

/** What the table says of a key. */
export interface BrakeMark {
  readonly key: BrakeKey;
  /** Until then it means something: the bucket is not full, or the user is known at the place. 0: no mark. */
  readonly untilSeconds: number;
  /** Whether the audit has that the bucket is empty. */
  readonly isNoted: boolean;
  /** The user's when they became known; null for buckets. */
  readonly epoch: number | null;
}

/** The latest mark with which the bucket holds an attempt. */
export const lastMarkWithAttempt = ({ burst, secondsPerAttempt }: BrakeRule, nowSeconds: number): number =>
  nowSeconds + (burst - 1) * secondsPerAttempt;

/** 0: an attempt may be made now. */
export const waitOf = ({ key, untilSeconds }: BrakeMark, nowSeconds: number): number =>
  key.kind === 'known' ? 0 : Math.max(0, untilSeconds - lastMarkWithAttempt(brakeRules[key.kind], nowSeconds));

/**
 * Who logged in from a network is known there for so long, and waits there only for attempts at their own name there: or
 * others could keep a user out for ever.
 */
const knownForSeconds = 30 * 24 * 3600;

/** A user is known at a place until then; a later epoch knows them nowhere. */
export interface KnownPlace {
  readonly key: BrakeKey;
  readonly epoch: number;
  readonly untilSeconds: number;
}

export const knownPlace = (key: BrakeKey, epoch: number, nowSeconds: number): KnownPlace => ({
  key,
  epoch,
  untilSeconds: nowSeconds + knownForSeconds,
});

type Known = Pick<BrakeMark, 'untilSeconds' | 'epoch'>;

export const isKnown = (known: Known, user: Pick<User, 'tokenEpoch'> | undefined, nowSeconds: number): boolean =>
  known.epoch === user?.tokenEpoch && known.untilSeconds > nowSeconds;

/** It is new, or nearly forgotten, that the user is known there. */
export const isWorthKnowing = (known: Known, user: Pick<User, 'tokenEpoch'>, nowSeconds: number): boolean =>
  !isKnown(known, user, nowSeconds + knownForSeconds / 2);

/** Eight groups, lower case, no leading zeros; what is written as an IPv4 address is two of them. */
function groupsOf(address: string): readonly string[] {
  const hex = (high: string, low: string): string => (Number(high) * 256 + Number(low)).toString(16);
  const plain = address.replace(
    /(\d+)\.(\d+)\.(\d+)\.(\d+)$/,
    (_, a: string, b: string, c: string, d: string) => `${hex(a, b)}:${hex(c, d)}`,
  );
  const [before = [], after = []] = plain.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  return [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16).toString(16));
}

/** Two groups as an IPv4 address. */
const dotted = (groups: readonly string[]): string =>
  groups
    .map((group) => Number.parseInt(group, 16))
    .flatMap((number) => [Math.floor(number / 256), number % 256])
    .join('.');

/**
 * An IPv6 customer has a whole network of addresses: its first four groups stand for all of them. What is an IPv4 address
 * in an IPv6 one (`::ffff:`) is that address: everybody else with one has the same first groups.
 */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const groups = groupsOf(address);
  const isMapped = groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff';
  return isMapped ? dotted(groups.slice(6)) : groups.slice(0, 4).join(':');
}
