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

  it('points only into collections that are in the index', () => {
    for (const [name, field] of Object.entries(resource.fields)) {
      for (const collection of field.to ?? []) expect(table.has(collection), `${name} -> ${collection}`).toBe(true);
    }
    expect(resource.computed === undefined || table.has(resource.computed.of)).toBe(true);
  });

  it('has events if it can be written, under names of its own', () => {
    expect(resource.event !== undefined).toBe(resource.verbs.length > 0);
    const others = RESOURCES.filter((other) => other !== resource && other.event !== undefined);
    expect(
      others.filter((other) => other.event?.word === resource.event?.word && resource.event !== undefined),
    ).toEqual([]);
    const numbers = others.map((other) => Math.abs((other.event?.number ?? 0) - (resource.event?.number ?? 0)));
    expect(resource.event === undefined || Math.min(...numbers) > 3).toBe(true);
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
      field.kind === 'ref' && field.hidden !== true && field.derive === undefined && field.writeOnly !== true
        ? (field.to ?? []).map((collection) => [name, collection] as const)
        : [],
    );
    for (const [name, collection] of needed) {
      const target = table.get(collection);
      if (target?.verbs.includes('DELETE') !== true) continue;
      const released = (target.releases ?? []).map((held) => ({ ...held, index: `${held.field}.ref` }));
      const watched = [...(target.blockers ?? []), ...(target.owns ?? []), ...released].some(
        (dependent) => dependent.collection === resource.collection && dependent.index === `${name}.ref`,
      );
      // A source volume is held by the source snapshot, and a group by its volumes as long as it has snapshots.
      const isHeldOtherwise = name === 'source_volume' || target.collection === 'volume_groups';
      expect(watched || isHeldOtherwise, `${name} -> ${collection}`).toBe(true);
    }
  });
});
