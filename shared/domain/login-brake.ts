/**
 * How fast passwords may be tried. Each user name and each address has a bucket of attempts that fills up again by itself,
 * so the longest wait is that for one attempt, whatever came before. Stored as one instant: when the bucket is full again.
 */
export interface BrakeRule {
  /** Attempts of a full bucket. */
  readonly burst: number;
  readonly secondsPerAttempt: number;
}

/**
 * `user`: one user name, whether there is such a user or not. `address`: one place that calls come from. `audit`: entries
 * about failed logins, so that who fails on purpose cannot fill the table.
 */
export const brakeRules = {
  user: { burst: 10, secondsPerAttempt: 30 },
  address: { burst: 50, secondsPerAttempt: 6 },
  audit: { burst: 500, secondsPerAttempt: 60 },
} as const satisfies Readonly<Record<string, BrakeRule>>;

export interface BrakeKey {
  readonly kind: keyof typeof brakeRules | 'known';
  readonly name: string;
}

/** What the table says of a key. */
export interface BrakeMark {
  readonly key: BrakeKey;
  /** Until then it means something: the bucket is not full, or the user is known at the address. 0: no mark. */
  readonly untilSeconds: number;
  /** Whether the audit has that the bucket is empty. */
  readonly isNoted: boolean;
}

/** The latest mark with which the bucket holds an attempt. */
export const lastMarkWithAttempt = ({ burst, secondsPerAttempt }: BrakeRule, nowSeconds: number): number =>
  nowSeconds + (burst - 1) * secondsPerAttempt;

/** 0: an attempt may be made now. */
export const waitOf = ({ key, untilSeconds }: BrakeMark, nowSeconds: number): number =>
  key.kind === 'known' ? 0 : Math.max(0, untilSeconds - lastMarkWithAttempt(brakeRules[key.kind], nowSeconds));

/**
 * Who logged in from an address is known there for so long, and does not wait there because others, elsewhere, try
 * passwords for that name: or they could keep a user out for ever.
 */
export const knownForSeconds = 30 * 24 * 3600;

export const isKnown = (known: BrakeMark, nowSeconds: number): boolean => known.untilSeconds > nowSeconds;

/** Somebody logged in: there are failures to forgive, or it is new, or nearly forgotten, that the user is known here. */
export const isWelcomeDue = (user: BrakeMark, known: BrakeMark, nowSeconds: number): boolean =>
  user.untilSeconds > nowSeconds || known.untilSeconds - nowSeconds < knownForSeconds / 2;

/** An IPv6 customer has a whole network of addresses: its first four groups stand for all of them. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  return [...before, ...zeros, ...after].slice(0, 4).join(':');
}
