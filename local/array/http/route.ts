import type { ResourceTable } from '../resources/table.ts';
import type { ResourceDefinition } from '../resources/definition.ts';

export const API_ROOT = '/api/v2';

/** What a path below the API root names. */
export type Route =
  | { readonly kind: 'index' }
  | { readonly kind: 'resource'; readonly definition: ResourceDefinition; readonly id: number | undefined }
  | { readonly kind: 'nothing' };

/** Finds the resource of a path such as `/api/v2/system/state/1`. A slash at the end makes no difference. */
export function routeOf(path: string, resources: ResourceTable): Route {
  const below = path.slice(API_ROOT.length).replace(/^\//, '').replace(/\/$/, '');
  if (below === '') return { kind: 'index' };
  const collection = resources.get(below);
  if (collection !== undefined) return { kind: 'resource', definition: collection, id: undefined };
  const [, parent = '', id = ''] = /^(.+)\/(\d+)$/.exec(below) ?? [];
  const definition = resources.get(parent);
  return definition === undefined ? { kind: 'nothing' } : { kind: 'resource', definition, id: Number(id) };
}

/** The index that krest finds all resources by. */
export function resourceIndex(resources: ResourceTable): {
  readonly resources: Record<string, { readonly url: string }>;
} {
  return {
    resources: Object.fromEntries([...resources.keys()].map((collection) => [collection, { url: `/${collection}` }])),
  };
}
