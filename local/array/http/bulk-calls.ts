import { ApiError, refused } from '../api-error.ts';
import { createObjects } from '../engine/create-object.ts';
import { patchObjects } from '../engine/patch-object.ts';
import { removeObjects, requireVerb } from '../engine/remove-object.ts';
import type { ArrayRuntime } from '../engine/runtime.ts';
import { toWire } from '../engine/wire.ts';
import type { ArrayRecord } from '../resources/value.ts';
import type { Answer } from './answer.ts';
import type { ResourceCall } from './resource-calls.ts';

export type BulkCall = Pick<ResourceCall, 'method' | 'definition' | 'body' | 'engineCall'>;

/** A default page can be sent back whole. */
const LARGEST_BULK = 100;

/** krest sends a list to `__bulk` and `__meta`, and a single object to `__meta` too. */
function itemsOf(body: unknown): readonly unknown[] {
  const items: readonly unknown[] = Array.isArray(body) ? body : [body];
  if (items.length > LARGEST_BULK) throw refused(`a bulk has at most ${LARGEST_BULK} objects, not ${items.length}`);
  return items;
}

function idOf(item: unknown, index: number): number {
  const id = Number(typeof item === 'object' && item !== null && 'id' in item ? item.id : undefined);
  if (!Number.isSafeInteger(id)) throw refused(`item ${index + 1} of the bulk has no id`);
  return id;
}

/** Carries out a call on `__bulk` or `__meta`: all of it or nothing. Throws ApiError. */
export async function callBulk(runtime: ArrayRuntime, call: BulkCall): Promise<Answer> {
  const { method, definition, engineCall } = call;
  const answer = (status: number, records: readonly ArrayRecord[]): Answer => ({
    status,
    body: {
      hits: records.map((record) => toWire(definition, record, runtime.store, engineCall)),
      total: records.length,
    },
  });
  switch (method) {
    case 'POST':
      requireVerb(definition, 'POST');
      return answer(201, await createObjects(runtime, definition, itemsOf(call.body), engineCall));
    case 'PATCH': {
      requireVerb(definition, 'PATCH');
      const items = itemsOf(call.body).map((body, index) => ({ id: idOf(body, index), body }));
      return answer(200, await patchObjects(runtime, definition, items, engineCall));
    }
    case 'DELETE':
      requireVerb(definition, 'DELETE');
      await removeObjects(runtime, definition, itemsOf(call.body).map(idOf), engineCall);
      return { status: 204, body: undefined };
    default:
      throw new ApiError(405, `${method} is not supported by ${definition.collection}/__bulk`);
  }
}
