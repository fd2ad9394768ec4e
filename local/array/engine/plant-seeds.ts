import { ALL } from '../store/index-entries.ts';
import type { ResourceDefinition } from '../resources/definition.ts';
import type { ArrayRecord, Value } from '../resources/value.ts';
import type { ArrayRuntime } from './runtime.ts';

function withInitialValues(definition: ResourceDefinition, seed: ArrayRecord): ArrayRecord {
  const initial: Record<string, Value> = {};
  for (const [name, field] of Object.entries(definition.fields)) {
    if (field.derive === undefined && field.writeOnly !== true) initial[name] = field.initial ?? null;
  }
  return { ...initial, ...seed };
}

/** Stores what an array has from its first start on. Does nothing at later starts, or where objects are already. */
export function plantSeeds({ resources, store }: Pick<ArrayRuntime, 'resources' | 'store'>): void {
  store.transaction(() => {
    for (const definition of resources.values()) {
      if (store.count(definition.collection, ALL, '') > 0) continue;
      for (const seed of definition.seeds?.(store) ?? [])
        store.insert(definition.collection, withInitialValues(definition, seed));
    }
  });
}
