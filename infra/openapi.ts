/** The gateway's body: OpenAPI 3.0 with every path spelled out, each method naming the function that serves it. */
import { idempotencyKeyHeader, maxKeyLength, takesIdempotencyKey } from '../shared/http/call-payload.ts';
import type { Capability, Method, Route } from '../shared/http/route.ts';

/** The stage is named `api`, so `/api/...` of the contract is the root of the gateway. Other paths need the custom domain. */
export const stageName = 'api';

export interface GatewayMethod {
  /** As the gateway sees it: without the stage. */
  readonly path: string;
  readonly method: Method;
  readonly operationId: string;
  readonly capability: Capability;
  readonly takesIdempotencyKey: boolean;
}

const withoutStage = (path: string): string =>
  path.startsWith(`/${stageName}/`) ? path.slice(stageName.length + 1) : path;

/** A route, its twin, and both again under every alias. */
const methodsOf = (route: Route): GatewayMethod[] =>
  [route.path, ...route.aliases].flatMap((path, index) => {
    const base = { method: route.method, capability: route.capability };
    const operationId = index === 0 ? route.operation : `${route.operation}-alias-${index}`;
    const action = {
      ...base,
      path: withoutStage(path),
      operationId,
      takesIdempotencyKey: takesIdempotencyKey(route),
    };
    if (!route.twin) return [action];
    const twin = { path: `${action.path}/__validate`, operationId: `${operationId}-validate` };
    return [action, { ...base, ...twin, takesIdempotencyKey: false }];
  });

const refuseRepeated = (methods: readonly GatewayMethod[], keyOf: (method: GatewayMethod) => string): void => {
  const seen = new Map<string, GatewayMethod>();
  for (const method of methods) {
    const key = keyOf(method);
    const other = seen.get(key);
    if (other) throw new Error(`${key} is both ${other.operationId} and ${method.operationId}`);
    seen.set(key, method);
  }
};

/** A REST API takes one variable child per parent path: `/hosts/{host_id}` beside `/hosts/{id}` is refused at import. */
const refuseTwoVariableChildren = (methods: readonly GatewayMethod[]): void => {
  const variableOf = new Map<string, string>();
  for (const { path } of methods) {
    const segments = path.split('/');
    segments.forEach((segment, index) => {
      if (!segment.startsWith('{')) return;
      const parent = segments.slice(0, index).join('/');
      const known = variableOf.get(parent) ?? segment;
      if (known !== segment) throw new Error(`${parent} has two variable children, ${known} and ${segment} (${path})`);
      variableOf.set(parent, segment);
    });
  }
};

/** Every path and method of the gateway. Throws for what API Gateway would refuse. */
export const gatewayMethods = (routes: readonly Route[]): GatewayMethod[] => {
  const methods = routes.flatMap(methodsOf);
  refuseRepeated(methods, ({ method, path }) => `${method} ${path}`);
  refuseRepeated(methods, ({ operationId }) => operationId);
  refuseTwoVariableChildren(methods);
  return methods;
};

const parametersOf = (path: string): object[] =>
  [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));

const idempotencyKey = {
  name: idempotencyKeyHeader,
  in: 'header',
  required: false,
  description: 'A repeat with the same key and payload within 24 hours is answered, and not carried out again.',
  schema: { type: 'string', minLength: 1, maxLength: maxKeyLength },
};

const operationOf = (method: GatewayMethod, uri: string): object => ({
  operationId: method.operationId,
  parameters: [...parametersOf(method.path), ...(method.takesIdempotencyKey ? [idempotencyKey] : [])],
  responses: { default: { description: 'as the function answers' } },
  'x-amazon-apigateway-integration': {
    type: 'aws_proxy',
    httpMethod: 'POST',
    passthroughBehavior: 'when_no_match',
    uri,
  },
});

/** `integrationUriOf` names the Lambda invocation path of the capability's function. */
export const gatewayBody = (
  title: string,
  methods: readonly GatewayMethod[],
  integrationUriOf: (capability: Capability) => string,
): object => {
  const paths: Record<string, Record<string, object>> = {};
  for (const method of methods) {
    const operation = operationOf(method, integrationUriOf(method.capability));
    paths[method.path] = { ...paths[method.path], [method.method.toLowerCase()]: operation };
  }
  return { openapi: '3.0.1', info: { title, version: '1' }, paths };
};
