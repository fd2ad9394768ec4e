import { busy, refused } from '../api-error.ts';
import type { CheckLookup, ResourceDefinition } from '../resources/definition.ts';
import type { Reservation } from './reservations.ts';
import type { ArrayRuntime } from './runtime.ts';

type Claims = Pick<ArrayRuntime, 'store' | 'reservations'>;

/** The stored objects, and what requests under way have been promised. */
export const checkLookup = ({ store, reservations }: Claims): CheckLookup => ({
  ...store,
  underWay: (name) => reservations.underWay(name),
});

/** Claimed while the object at a path is being changed: nothing is made from it, or points to it anew, meanwhile. */
export const changeOf = (path: string): string => `change of ${path}`;

interface Claim extends Reservation {
  /** Paths of objects that must not be in the middle of a change: they stay as they are meanwhile too. */
  readonly needed: readonly string[];
}

/** Reserves what a request works with. Returns the release. Throws a 400 that clients know to try again. */
export function claim({ reservations }: Claims, definition: ResourceDefinition, wanted: Claim): () => void {
  const changing = wanted.needed.find((path) => reservations.isClaimed(changeOf(path)));
  if (changing !== undefined) throw busy(`${changing} is being changed by another request`);
  const release = reservations.take({
    ...wanted,
    keys: [...new Set(wanted.keys)],
    paths: [...(wanted.paths ?? []), ...wanted.needed],
  });
  if (release === undefined)
    throw refused(`MC_ERR_INPROGRESS: the same ${definition.noun} is being made or removed by another request`);
  return release;
}

/** Runs a transaction that claims by the function it is given; what it claimed is given back when nothing was written. */
export function claimingTransaction<Result>(
  runtime: Claims,
  definition: ResourceDefinition,
  work: (take: (wanted: Claim) => void) => Result,
): { readonly result: Result; readonly release: () => void } {
  const releases: (() => void)[] = [];
  const release = (): void => {
    for (const one of releases) one();
  };
  try {
    const result = runtime.store.transaction(() =>
      work((wanted) => {
        releases.push(claim(runtime, definition, wanted));
      }),
    );
    return { result, release };
  } catch (error) {
    release();
    throw error;
  }
}
