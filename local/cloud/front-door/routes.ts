/** Finds the function for a method and path among those of the OpenAPI body. */
import createRouter, { type HTTPMethod } from 'find-my-way';
import type { ApiMethod } from '../cloudformation/api-resources.ts';
import type { MatchedRoute } from './proxy-event.ts';

export interface FoundRoute extends MatchedRoute {
  readonly functionName: string;
}

/** Null when no path and method match. `path` is as sent, still percent-encoded. */
export type FindRoute = (method: string, path: string) => FoundRoute | null;

const isHttpMethod = (method: string): method is HTTPMethod =>
  ['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'].includes(method);

/** `{param}` becomes `:param`; a literal colon is doubled, as the router asks. */
const pattern = (template: string): string => template.replaceAll(':', '::').replaceAll(/\{([^}+]+)\}/g, ':$1');

/**
 * A path below the stage (`/api/...`) is looked up without it, as from the stage's own address; any other path as it is,
 * as through a custom domain mapped to the root.
 */
export const routeFinder = (methods: readonly ApiMethod[], stageName: string | null): FindRoute => {
  const router = createRouter({ caseSensitive: true, ignoreTrailingSlash: false });
  // The router answers with the handler it was given; ours only stand for their rows.
  const rows = new Map<unknown, ApiMethod>();
  for (const row of methods) {
    if (!isHttpMethod(row.method)) throw new Error(`the front door cannot route ${row.method} ${row.path}`);
    const marker = (): void => undefined;
    rows.set(marker, row);
    router.on(row.method, pattern(row.path), marker);
  }
  const stage = stageName ?? 'api';
  const find = (method: HTTPMethod, path: string, fullPath: string): FoundRoute | null => {
    const found = router.find(method, path);
    const row = rows.get(found?.handler);
    if (found === null || row === undefined) return null;
    const pathParameters = Object.fromEntries(
      Object.entries(found.params).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    );
    return { resource: row.path, functionName: row.functionName, path, fullPath, pathParameters, stage };
  };
  return (method, path) => {
    if (!isHttpMethod(method)) return null;
    const prefix = `/${stage}/`;
    const below = path.startsWith(prefix) ? find(method, path.slice(prefix.length - 1), path) : null;
    return below ?? find(method, path, path);
  };
};
