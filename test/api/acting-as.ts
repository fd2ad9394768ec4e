/**
 * IAM for the table of the tests: code that acts as a function may only ask what its grants allow. So every path that any
 * test drives a function down, failures and races included, is held against its role, and not only what a day's use asks.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { FunctionGrants } from '../../infra/grants/function-grants.ts';
import type { FlowsPort } from '../../shared/ports/flows.ts';
import { callsOf } from '../localstack/recorder/aws-call.ts';

interface Actor {
  /** Function as `<group>-<name>`. */
  readonly functionName: string;
  readonly grants: FunctionGrants | undefined;
  /** Told what was refused: the code may take the refusal for a failure of the table and go on. */
  readonly onRefusal: (what: string) => void;
}

const actors = new AsyncLocalStorage<Actor>();

class NotGranted extends Error {
  override readonly name = 'NotGranted';
}

export const actingAs = <RESULT>(actor: Actor, run: () => RESULT): RESULT => actors.run(actor, run);

const refuse = (actor: Actor, wanted: string): never => {
  const what = `${actor.functionName} is not granted ${wanted}`;
  actor.onRefusal(what);
  throw new NotGranted(what);
};

/** What is asked outside `actingAs` is asked by the test itself. Throws `NotGranted`. */
export function refuseUngranted(request: { readonly target: string; readonly body: string }): void {
  const actor = actors.getStore();
  if (actor === undefined) return;
  const allowed = new Set((actor.grants?.table ?? []).map((action) => `dynamodb:${action}`));
  for (const { action } of callsOf({ ...request, service: 'dynamodb', region: 'us-east-1' })) {
    if (allowed.has(action)) continue;
    refuse(actor, action);
  }
}

const check = (wanted: string, isGranted: (grants: FunctionGrants) => boolean): void => {
  const actor = actors.getStore();
  if (actor !== undefined && !isGranted(actor.grants ?? {})) refuse(actor, wanted);
};

/** What a double does in the place of others: an engine, another caller, the machine. */
export const asTheTest = <RESULT>(run: () => RESULT): RESULT => actors.exit(run);

/** The same for the state machines. */
export const grantedFlows = (flows: FlowsPort): FlowsPort => ({
  start: async (flow, input) => {
    check(`StartExecution of ${flow}`, ({ startsFlows = [] }) => startsFlows.includes(flow));
    await asTheTest(() => flows.start(flow, input));
  },
  status: async (flow, requestId, attempt) => {
    check(`DescribeExecution of ${flow}`, ({ executions }) => executions?.flows.includes(flow) === true);
    return asTheTest(() => flows.status(flow, requestId, attempt));
  },
  succeed: async (token, output) => {
    check('SendTaskSuccess', ({ signalsFlows }) => signalsFlows !== undefined);
    return asTheTest(() => flows.succeed(token, output));
  },
  fail: async (token, error, cause) => {
    check('SendTaskFailure', ({ failsFlows }) => failsFlows !== undefined);
    return asTheTest(() => flows.fail(token, error, cause));
  },
  heartbeat: async (token) => {
    check('SendTaskHeartbeat', ({ beatsFlows }) => beatsFlows !== undefined);
    return asTheTest(() => flows.heartbeat(token));
  },
});
