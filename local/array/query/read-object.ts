import { objectIn } from '../engine/definition-in.ts';
import { toWire } from '../engine/wire.ts';
import type { Caller, ResourceDefinition } from '../resources/definition.ts';
import type { Value } from '../resources/value.ts';
import type { Store } from '../store/store.ts';
import { readListQuery } from './list-query.ts';
import { listRows, type RowsAnswer } from './list-rows.ts';
import { ApiError } from '../api-error.ts';

/** Answers GET on one object: the bare object, or a list of its rows where rows are computed. Throws a 404. */
export function readObject(
  store: Store,
  definition: ResourceDefinition,
  id: number,
  search: URLSearchParams,
  caller: Caller,
): Readonly<Record<string, Value>> | RowsAnswer {
  const query = readListQuery(definition, search);
  const { computed } = definition;
  if (computed === undefined)
    return toWire(definition, objectIn({ store }, definition, id), store, caller, query.fields);
  if (store.find(computed.of, id) === undefined) throw new ApiError(404, `${definition.noun} ${id} does not exist`);
  return listRows(computed, query, store, id);
}
