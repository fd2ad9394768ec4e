import type { ResourceTable } from '../resources/table.ts';
import type { ResourceDefinition } from '../resources/definition.ts';

export const API_ROOT = '/api/v2';

export const isWrite = (method: string): boolean => ['POST', 'PATCH', 'DELETE'].includes(method);

/** What a path below the API root names. */
export type Route =
  | { readonly kind: 'index' | 'everything' | 'nothing' }
  | { readonly kind: 'resource'; readonly definition: ResourceDefinition; readonly id: number | undefined }
  /** Many objects of a collection in one call. */
  | { readonly kind: 'bulk'; readonly definition: ResourceDefinition };

/**
 * Finds the resource of a path such as `/api/v2/system/state/1`. A slash at the end makes no difference. `__meta` is
 * answered as `__bulk` is; krest puts the id of an object that it made there behind it.
 */
export function routeOf(path: string, resources: ResourceTable): Route {
  const below = path.slice(API_ROOT.length).replace(/^\//, '').replace(/\/$/, '');
  if (below === '') return { kind: 'index' };
  if (below === '__full') return { kind: 'everything' };
  const whole = resources.get(below);
  if (whole !== undefined) return { kind: 'resource', definition: whole, id: undefined };
  const [, collection = '', last = ''] =
    /^(.+)\/(__bulk|__meta)$/.exec(below) ?? /^(.+?)(?:\/__meta)?\/(\d+)$/.exec(below) ?? [];
  const definition = resources.get(collection);
  if (definition === undefined) return { kind: 'nothing' };
  if (last.startsWith('_')) return { kind: 'bulk', definition };
  return Number.isSafeInteger(Number(last)) ? { kind: 'resource', definition, id: Number(last) } : { kind: 'nothing' };
}

/** The index that krest finds all resources by. */
export function resourceIndex(resources: ResourceTable): {
  readonly resources: Record<string, { readonly url: string }>;
} {
  return {
    resources: Object.fromEntries([...resources.keys()].map((collection) => [collection, { url: `/${collection}` }])),
  };
}
