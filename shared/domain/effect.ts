/**
 * The effect journal: what a task does outside its own table. A row is written before each effect (`intended`) and
 * after it (`done`); undo writes `undone`. Undo works from these rows alone.
 */
export const effectKinds = [
  'freeze',
  'array-snapshot',
  'view',
  'mapping',
  'attach',
  'swap',
  'detach',
  'remove-view',
  'remove-array-snapshot',
] as const;
export type EffectKind = (typeof effectKinds)[number];

export type EffectState = 'intended' | 'done' | 'undone';

export interface Effect {
  readonly requestId: string;
  /** Role of the effect in its task, for example `view-0-1`; unique within the task. */
  readonly effectId: string;
  readonly kind: EffectKind;
  readonly state: EffectState;
  /** Name of the thing on the array, or of the database on the host. */
  readonly name: string;
  /** Host the effect is on; '' for the array. */
  readonly hostId: string;
  /** Array the effect is on; '' for a host, and in a row written before arrays had names: the deployment's. */
  readonly sdpId: string;
  /** Effects this one builds on: they may only be undone after it. */
  readonly requires: readonly string[];
  /** What the effect gave back, for later steps. */
  readonly outcome: Readonly<Record<string, unknown>>;
  /** The unwind attempt in which its undo failed, and why; 0 and '' when it has not. */
  readonly blockedAttempt: number;
  readonly blockedReason: string;
}

/** How an effect is taken back. `forward-only`: it removes something, so there is nothing to give back. */
export type UndoMeans = 'array' | 'host' | 'forward-only';

const undoMeansByKind: Readonly<Record<EffectKind, UndoMeans>> = {
  freeze: 'host',
  'array-snapshot': 'array',
  view: 'array',
  mapping: 'array',
  attach: 'host',
  swap: 'forward-only',
  detach: 'forward-only',
  'remove-view': 'forward-only',
  'remove-array-snapshot': 'forward-only',
};

export const undoMeans = (effect: Effect): UndoMeans => undoMeansByKind[effect.kind];

export type NextUndo =
  | { readonly next: 'array'; readonly effect: Effect }
  | { readonly next: 'host'; readonly effect: Effect }
  | { readonly next: 'attention'; readonly left: readonly Effect[] }
  | { readonly next: 'finish' };

/**
 * The next effect to undo. An effect is undone only after everything that builds on it, so nothing is unmapped under a
 * mounted database. What could not be undone in this attempt is stepped over, with all it builds on.
 */
export function nextUndo(effects: readonly Effect[], attempt: number): NextUndo {
  const standing = effects.filter((effect) => effect.state !== 'undone' && undoMeans(effect) !== 'forward-only');
  if (standing.length === 0) return { next: 'finish' };
  const needed = new Set(standing.flatMap((effect) => effect.requires));
  const free = standing.filter((effect) => !needed.has(effect.effectId) && effect.blockedAttempt !== attempt);
  const effect = free.find((one) => undoMeans(one) === 'array') ?? free[0];
  if (effect === undefined) return { next: 'attention', left: standing };
  return undoMeans(effect) === 'host' ? { next: 'host', effect } : { next: 'array', effect };
}

/** One sentence per thing that is left, for the task's `error` and the alarm. */
export function describeLeftover(effect: Effect): string {
  const why = effect.blockedReason === '' ? '' : ` (${effect.blockedReason})`;
  const array = effect.sdpId === '' ? 'the array' : `array ${effect.sdpId}`;
  switch (effect.kind) {
    case 'freeze':
      return `freeze of ${effect.name} on host ${effect.hostId}${why}`;
    case 'swap':
      return `swap of ${effect.name} on host ${effect.hostId}${why}`;
    case 'attach':
    case 'detach':
      return `database ${effect.name} on host ${effect.hostId}${why}`;
    case 'mapping':
      return `mapping of view ${effect.name} on ${array}${why}`;
    case 'view':
    case 'remove-view':
      return `view ${effect.name} on ${array}${why}`;
    case 'array-snapshot':
    case 'remove-array-snapshot':
      return `snapshot ${effect.name} on ${array}${why}`;
  }
}

const leftoversFollow = '; left behind: ';

/** The reason alone, whatever an earlier attempt had to leave behind. */
export const withoutLeftovers = (error: string): string => error.split(leftoversFollow)[0] ?? error;

export const withLeftovers = (reason: string, left: readonly string[]): string =>
  left.length === 0 ? withoutLeftovers(reason) : `${withoutLeftovers(reason)}${leftoversFollow}${left.join(', ')}`;
