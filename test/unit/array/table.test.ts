import { describe, expect, it } from 'vitest';
import type { ResourceDefinition } from '../../../local/array/resources/definition.ts';
import { RESOURCES, resourceTable } from '../../../local/array/resources/table.ts';

const table = resourceTable();

const hasIndex = (resource: ResourceDefinition, index: string): boolean =>
  resource.fields[index]?.unique === true ||
  resource.indexes?.[index] !== undefined ||
  (index.endsWith('.ref') && resource.fields[index.slice(0, -'.ref'.length)]?.kind === 'ref');

describe.each(RESOURCES.map((resource) => [resource.collection, resource] as const))('%s', (_name, resource) => {
  it('counts its dependents by indexes that exist', () => {
    for (const { collection, index } of [...(resource.blockers ?? []), ...(resource.owns ?? [])]) {
      const other = table.get(collection);
      expect(other, collection).toBeDefined();
      expect(other !== undefined && hasIndex(other, index), `${collection} ${index}`).toBe(true);
    }
  });

  it('keeps unique what has an index', () => {
    for (const { index } of resource.uniqueIndexes ?? []) {
      expect(hasIndex(resource, index), index).toBe(true);
    }
  });

  it('makes no field both stored and derived', () => {
    const both = Object.entries(resource.fields).filter(
      ([, field]) => field.derive !== undefined && (field.onCreate !== undefined || field.onPatch === true),
    );
    expect(both).toEqual([]);
  });

  it('is in the way of the removal of every object that a ref of it needs', () => {
    const needed = Object.entries(resource.fields).flatMap(([name, field]) =>
      field.kind === 'ref' && field.hidden !== true
        ? (field.to ?? []).map((collection) => [name, collection] as const)
        : [],
    );
    for (const [name, collection] of needed) {
      const target = table.get(collection);
      if (target === undefined) continue;
      const watched = [...(target.blockers ?? []), ...(target.owns ?? [])].some(
        (dependent) => dependent.collection === resource.collection && dependent.index === `${name}.ref`,
      );
      // A source volume is held by the source snapshot, and a group by its volumes as long as it has snapshots.
      const isHeldOtherwise = name === 'source_volume' || target.collection === 'volume_groups';
      expect(watched || isHeldOtherwise, `${name} -> ${collection}`).toBe(true);
    }
  });
});
