import { refused } from '../api-error.ts';
import type { Replacement } from '../bytes/swaps.ts';
import type { Lookup, ResourceDefinition } from '../resources/definition.ts';
import { flagIn, refIdIn, refIn, refPath, textIn, type ArrayRecord } from '../resources/value.ts';

/** What a restore puts back: from which snapshot, and for each volume of the group the volsnap that holds its bytes. */
export interface RestorePlan {
  readonly snapshot: string;
  readonly replacements: readonly Replacement[];
  /** Hosts may write to the snapshot. */
  readonly isLive: boolean;
}

export const restoreFieldOf = (definition: ResourceDefinition): string | undefined =>
  Object.entries(definition.fields).find(([, { isRestore }]) => isRestore === true)?.[0];

/** The snapshot that a PATCH asks to restore. Writing the field is the action, so what it was before does not matter. */
export function snapshotToRestore(
  definition: ResourceDefinition,
  after: ArrayRecord,
  body: unknown,
): string | undefined {
  const field = restoreFieldOf(definition);
  const sent: Readonly<Record<string, unknown>> = typeof body === 'object' ? { ...body } : {};
  return field === undefined || (sent[field] ?? null) === null ? undefined : refIn(after, field);
}

/** Throws a 400 when the snapshot does not hold exactly the volumes that the group has now. */
export function planRestore(group: string, snapshot: string, lookup: Lookup): RestorePlan {
  const source = lookup.follow(snapshot) ?? {};
  if (refIn(source, 'volume_group') !== group)
    throw refused(`field last_restored_from points to ${snapshot}, which is of another volume group`);
  if (textIn(source, 'kind') === 'view')
    throw refused(`field last_restored_from points to ${snapshot}, a view: restore from a snapshot of it`);
  const held = new Map<number, number>();
  for (const id of lookup.ids('volsnaps', 'snapshot.ref', snapshot)) {
    const volumeId = refIdIn(lookup.find('volsnaps', id) ?? {}, 'source');
    if (volumeId !== undefined) held.set(volumeId, id);
  }
  const replacements = [...lookup.ids('volumes', 'volume_group.ref', group)].map((volume) => {
    const from = held.get(volume);
    if (from === undefined)
      throw refused(
        `${snapshot} does not hold volume ${textIn(lookup.find('volumes', volume) ?? {}, 'name')}: the group cannot be restored from it`,
      );
    return { volume, from };
  });
  for (const volume of held.keys()) {
    if (!replacements.some((replacement) => replacement.volume === volume))
      throw refused(`${snapshot} holds ${refPath('volumes', volume)}, which is not in the volume group any more`);
  }
  return { snapshot, replacements, isLive: flagIn(source, 'is_exposable') };
}
