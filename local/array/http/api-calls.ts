import { ApiError, refused } from '../api-error.ts';
import type { ArrayRuntime } from '../engine/runtime.ts';
import { toWire } from '../engine/wire.ts';
import type { EngineCall } from '../engine/engine-call.ts';
import { ALL } from '../store/index-entries.ts';
import { mayWrite, type Account } from './accounts.ts';
import { CutOff, type Answer, type Outcome } from './answer.ts';
import { callBulk } from './bulk-calls.ts';
import { acceptSequences } from './client-sequences.ts';
import { applyFaults, type Life } from './fault-steps.ts';
import type { CallFault, Faults } from './faults.ts';
import { callResource } from './resource-calls.ts';
import { isWrite, resourceIndex, routeOf, type Route } from './route.ts';

export interface ApiDeps {
  readonly runtime: ArrayRuntime;
  readonly faults: Faults;
  readonly life: Life;
}

/** One call of the REST API, from a user who is known. */
export interface ApiCall {
  readonly account: Account;
  readonly method: string;
  readonly url: URL;
  /** As sent; undefined when empty. */
  readonly text: string | undefined;
  readonly sequence: string | string[] | undefined;
}

export function parseBody(text: string | undefined): unknown {
  if (text === undefined || text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw refused(`the body is not JSON: ${String(cause)}`);
  }
}

/** Every object of every collection. The shape is our choice: krest only writes it to a file. */
function everything({ resources, store }: ArrayRuntime, caller: EngineCall): Record<string, readonly object[]> {
  const read = (collection: string): readonly object[] => {
    const definition = resources.get(collection);
    if (definition === undefined) return [];
    return [...store.ids(collection, ALL, '')].flatMap((id) => {
      const record = store.find(collection, id);
      return record === undefined ? [] : [toWire(definition, record, store, caller)];
    });
  };
  return Object.fromEntries([...resources.keys()].map((collection) => [collection, read(collection)]));
}

async function carryOut(runtime: ArrayRuntime, route: Route, call: ApiCall, engineCall: EngineCall): Promise<Answer> {
  const { method, url } = call;
  switch (route.kind) {
    case 'nothing':
      throw new ApiError(404, `${url.pathname} does not exist`);
    case 'index':
    case 'everything':
      if (method !== 'GET') throw new ApiError(405, `${method} is not supported by ${url.pathname}`);
      return {
        status: 200,
        body: route.kind === 'index' ? resourceIndex(runtime.resources) : everything(runtime, engineCall),
      };
    case 'resource':
    case 'bulk': {
      const { definition } = route;
      // The id says what to remove: whatever a client sends along is not looked at.
      const body = method === 'DELETE' && route.kind === 'resource' ? undefined : parseBody(call.text);
      const asked = { method, definition, body, engineCall };
      return route.kind === 'bulk'
        ? callBulk(runtime, asked)
        : callResource(runtime, { ...asked, id: route.id, query: url.searchParams });
    }
  }
}

/** Answers a call of the REST API. Throws ApiError, and CutOff when the array goes down meanwhile. */
export async function callApi({ runtime, faults, life }: ApiDeps, call: ApiCall): Promise<Outcome> {
  const { account, method } = call;
  const route = routeOf(call.url.pathname, runtime.resources);
  const matching = faults.matching(method, 'definition' in route ? route.definition.collection : '');
  const applied = (when: CallFault['when']): Promise<Outcome | undefined> => applyFaults(faults, matching, when, life);
  const before = await applied('before');
  if (before !== undefined) return before;
  if (isWrite(method) && !mayWrite(account))
    throw new ApiError(403, `role ${account.role} of user ${account.name} may not change anything`);
  const midway = async (): Promise<void> => {
    if ((await applied('during')) !== undefined) throw new CutOff('the array went down');
  };
  const giveBack = acceptSequences(runtime.store, method, call.sequence);
  let answer: Answer;
  try {
    answer = await carryOut(runtime, route, call, { user: account.name, role: account.role, midway });
  } catch (error) {
    if (!life.cut.aborted) giveBack();
    throw error;
  }
  return (await applied('after')) ?? answer;
}
