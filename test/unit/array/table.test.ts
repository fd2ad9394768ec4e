import { describe, expect, it } from 'vitest';
import { RESOURCES, resourceTable } from '../../../local/array/resources/table.ts';
import { hasIndex } from '../../../local/array/store/index-entries.ts';

const table = resourceTable();

describe.each(RESOURCES.map((resource) => [resource.collection, resource] as const))('%s', (_name, resource) => {
  it('counts its dependents by indexes that exist', () => {
    for (const { collection, index } of [...(resource.blockers ?? []), ...(resource.owns ?? [])]) {
      const other = table.get(collection);
      expect(other, collection).toBeDefined();
      expect(other !== undefined && (hasIndex(other, index) || other.indexes?.[index] !== undefined), `${collection} ${index}`).toBe(true);
    }
  });

  it('keeps unique what has an index', () => {
    for (const { index } of resource.uniqueIndexes ?? []) {
      expect(hasIndex(resource, index) || resource.indexes?.[index] !== undefined, index).toBe(true);
    }
  });

  it('makes no field both stored and derived', () => {
    const both = Object.entries(resource.fields).filter(([, field]) => field.derive !== undefined && (field.onCreate !== undefined || field.onPatch === true));
    expect(both).toEqual([]);
  });

  it('is in the way of the removal of every object that a ref of it needs', () => {
    const needed = Object.entries(resource.fields).flatMap(([name, field]) =>
      field.kind === 'ref' && field.hidden !== true ? (field.to ?? []).map((collection) => [name, collection] as const) : [],
    );
    for (const [name, collection] of needed) {
      const target = table.get(collection);
      if (target === undefined) continue;
      const watched = [...(target.blockers ?? []), ...(target.owns ?? [])].some(
        (dependent) => dependent.collection === resource.collection && [`${name}.ref`].includes(dependent.index),
      );
      expect(watched || target.collection === 'volume_groups' || name === 'source_volume', `${name} -> ${collection}`).toBe(true);
    }
  });
});
