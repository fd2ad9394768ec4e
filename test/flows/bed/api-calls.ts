/** Calls the code of API operations as the chain would: parsed, authenticated, without HTTP. */
import { operations as agentOperations } from '../../../functions/api/agents/operations.ts';
import type { AgentApiDeps } from '../../../functions/api/api-deps.ts';
import { operations as cloneOperations } from '../../../functions/api/clones/operations.ts';
import { operations as refreshOperations } from '../../../functions/api/refresh/operations.ts';
import type { DeleteSnapshotDeps } from '../../../functions/api/snapshots/delete-snapshot.ts';
import { operations as snapshotOperations } from '../../../functions/api/snapshots/operations.ts';
import { operations as taskOperations } from '../../../functions/api/tasks/operations.ts';
import type { Principal } from '../../../shared/domain/token.ts';
import { apiGrants } from '../../../infra/grants/api.ts';
import { actingAs } from '../../api/acting-as.ts';
import type { ApiAnswer, Endpoint } from '../../../shared/http/route.ts';

export type AllApiDeps = AgentApiDeps & DeleteSnapshotDeps;

const endpoints: readonly Endpoint<AllApiDeps>[] = [
  ...cloneOperations,
  ...refreshOperations,
  ...snapshotOperations,
  ...taskOperations,
  ...agentOperations,
];

export interface Wanted {
  readonly path?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export const operator: Principal = { kind: 'user', name: 'operator', role: 'operator', epoch: 0 };

/** Runs the operation of that name; rejects with what it throws. */
export const callOperation = (
  deps: AllApiDeps,
  operation: string,
  principal: Principal,
  wanted: Wanted,
  /** Told what the function that serves the operation is not granted. */
  onRefusal: (what: string) => void = () => undefined,
): Promise<ApiAnswer> => {
  const endpoint = endpoints.find(({ route }) => route.operation === operation);
  if (endpoint === undefined) throw new Error(`no operation ${operation}`);
  const { request, capability } = endpoint.route;
  const actor = { functionName: `api-${capability}`, grants: apiGrants[capability], onRefusal };
  const call = {
    principal,
    path: request.path?.parse(wanted.path) ?? {},
    query: {},
    body: request.body?.parse(wanted.body) ?? null,
    rawBody: '',
    accept: '*/*',
    refId: 'test',
    sourceIp: '127.0.0.1',
    claim: null,
  };
  return actingAs(actor, () => endpoint.run(deps, call));
};
