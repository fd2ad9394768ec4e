import { ApiError } from '../api-error.ts';
import type { ResourceDefinition } from '../resources/definition.ts';
import type { ArrayRecord } from '../resources/value.ts';
import type { ArrayRuntime } from './runtime.ts';

/** The definition of a collection that is known to exist. */
export function definitionIn(runtime: Pick<ArrayRuntime, 'resources'>, collection: string): ResourceDefinition {
  const definition = runtime.resources.get(collection);
  if (definition === undefined) throw new ApiError(404, `no resource is called ${collection}`);
  return definition;
}

/** The object with that id; throws a 404. */
export function objectIn(
  runtime: Pick<ArrayRuntime, 'store'>,
  definition: ResourceDefinition,
  id: number,
): ArrayRecord {
  const record = runtime.store.find(definition.collection, id);
  if (record === undefined) throw new ApiError(404, `${definition.noun} ${id} does not exist`);
  return record;
}
