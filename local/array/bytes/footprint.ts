/**
 * What must be on disk for one object of the array:
 * - `bytes`: the directory of a volume or volsnap. `copyOf` names the directory it starts as a copy of; `live` says that
 *   processes may be writing there, so that the copy needs them held.
 * - `host`: a host's device root.
 * - `device`: the entry under which a mapped disk appears there.
 *
 * Making, undoing, removing and the repair at start all work from this one description.
 */
export type Footprint =
  | { readonly kind: 'bytes'; readonly id: number; readonly copyOf: number | undefined; readonly live: boolean }
  | { readonly kind: 'host'; readonly name: string }
  | { readonly kind: 'device'; readonly host: string; readonly serial: string; readonly id: number };

const keyOf = (footprint: Footprint): string => JSON.stringify(footprint);

/** What a change of an object brings to disk and takes away from it. */
export function footprintChange(
  before: readonly Footprint[],
  after: readonly Footprint[],
): { readonly appears: readonly Footprint[]; readonly disappears: readonly Footprint[] } {
  const old = new Set(before.map(keyOf));
  const current = new Set(after.map(keyOf));
  return {
    appears: after.filter((footprint) => !old.has(keyOf(footprint))),
    disappears: before.filter((footprint) => !current.has(keyOf(footprint))),
  };
}
