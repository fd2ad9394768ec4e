import { ApiError } from '../api-error.ts';
import type { Midway } from '../bytes/disk.ts';
import { createObject } from '../engine/create-object.ts';
import { objectIn } from '../engine/definition-in.ts';
import { patchObject } from '../engine/patch-object.ts';
import { removeObject, requireVerb } from '../engine/remove-object.ts';
import type { ArrayRuntime } from '../engine/runtime.ts';
import { toWire } from '../engine/wire.ts';
import { listObjects } from '../query/list-objects.ts';
import { readFields, readListQuery } from '../query/list-query.ts';
import type { ResourceDefinition } from '../resources/definition.ts';

/** A call on a collection (`id` undefined) or on one object of it. */
export interface ResourceCall {
  readonly method: string;
  readonly definition: ResourceDefinition;
  readonly id: number | undefined;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly midway: Midway;
}

export interface Answer {
  readonly status: number;
  /** Undefined for an empty body. */
  readonly body: unknown;
}

const notSupported = (call: ResourceCall): ApiError =>
  new ApiError(
    405,
    `${call.method} is not supported by ${call.definition.collection}${call.id === undefined ? '' : '/{id}'}`,
  );

async function callOnCollection(runtime: ArrayRuntime, call: ResourceCall): Promise<Answer> {
  const { definition } = call;
  switch (call.method) {
    case 'GET':
      return { status: 200, body: listObjects(definition, readListQuery(call.query), runtime.store) };
    case 'POST': {
      requireVerb(definition, 'POST');
      const record = await createObject(runtime, definition, call.body, call.midway);
      return { status: 201, body: toWire(definition, record, runtime.store) };
    }
    default:
      throw notSupported(call);
  }
}

async function callOnObject(runtime: ArrayRuntime, call: ResourceCall, id: number): Promise<Answer> {
  const { definition } = call;
  switch (call.method) {
    case 'GET':
      return {
        status: 200,
        body: toWire(definition, objectIn(runtime, definition, id), runtime.store, readFields(call.query)),
      };
    case 'PATCH': {
      requireVerb(definition, 'PATCH');
      const record = await patchObject(runtime, definition, id, call.body);
      return { status: 200, body: toWire(definition, record, runtime.store) };
    }
    case 'DELETE':
      requireVerb(definition, 'DELETE');
      await removeObject(runtime, definition, id);
      return { status: 204, body: undefined };
    default:
      throw notSupported(call);
  }
}

/** Carries out one call. Throws ApiError. */
export const callResource = async (runtime: ArrayRuntime, call: ResourceCall): Promise<Answer> =>
  call.id === undefined ? callOnCollection(runtime, call) : callOnObject(runtime, call, call.id);
