import { ApiError } from '../api-error.ts';
import { createObject } from '../engine/create-object.ts';
import type { EngineCall } from '../engine/engine-call.ts';
import { patchObject } from '../engine/patch-object.ts';
import { removeObject, requireVerb } from '../engine/remove-object.ts';
import type { ArrayRuntime } from '../engine/runtime.ts';
import { toWire } from '../engine/wire.ts';
import { listObjects } from '../query/list-objects.ts';
import { readListQuery } from '../query/list-query.ts';
import { readObject } from '../query/read-object.ts';
import type { ResourceDefinition } from '../resources/definition.ts';
import type { Answer } from './answer.ts';

/** A call on a collection (`id` undefined) or on one object of it. */
export interface ResourceCall {
  readonly method: string;
  readonly definition: ResourceDefinition;
  readonly id: number | undefined;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly engineCall: EngineCall;
}

/** The id in a collection of one object. */
const ONLY_ID = 1;

const notSupported = (call: ResourceCall): ApiError =>
  new ApiError(
    405,
    `${call.method} is not supported by ${call.definition.collection}${call.id === undefined ? '' : '/{id}'}`,
  );

async function callOnCollection(runtime: ArrayRuntime, call: ResourceCall): Promise<Answer> {
  const { definition } = call;
  switch (call.method) {
    case 'GET':
      return {
        status: 200,
        body: listObjects(definition, readListQuery(definition, call.query), runtime.store, call.engineCall),
      };
    case 'POST': {
      requireVerb(definition, 'POST');
      const record = await createObject(runtime, definition, call.body, call.engineCall);
      return { status: 201, body: toWire(definition, record, runtime.store, call.engineCall) };
    }
    case 'PATCH':
      if (definition.isSingle === true) return callOnObject(runtime, call, ONLY_ID);
      throw notSupported(call);
    default:
      throw notSupported(call);
  }
}

async function callOnObject(runtime: ArrayRuntime, call: ResourceCall, id: number): Promise<Answer> {
  const { definition } = call;
  switch (call.method) {
    case 'GET':
      return { status: 200, body: readObject(runtime.store, definition, id, call.query, call.engineCall) };
    case 'PATCH': {
      requireVerb(definition, 'PATCH');
      const record = await patchObject(runtime, definition, id, call.body, call.engineCall);
      return { status: 200, body: toWire(definition, record, runtime.store, call.engineCall) };
    }
    case 'DELETE':
      requireVerb(definition, 'DELETE');
      await removeObject(runtime, definition, id, call.engineCall);
      return { status: 204, body: undefined };
    default:
      throw notSupported(call);
  }
}

/** Carries out one call. Throws ApiError. */
export const callResource = async (runtime: ArrayRuntime, call: ResourceCall): Promise<Answer> =>
  call.id === undefined ? callOnCollection(runtime, call) : callOnObject(runtime, call, call.id);
