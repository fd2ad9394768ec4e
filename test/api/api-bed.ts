/** The real API over the real store: chain, operations and table as deployed; clock, ids, flows, queues and array injected. */
import type { Context } from 'aws-lambda';
import type { AgentApiDeps, ArrayApiDeps } from '../../functions/api/api-deps.ts';
import { operations as agents } from '../../functions/api/agents/operations.ts';
import { operations as auth } from '../../functions/api/auth/operations.ts';
import { operations as clones } from '../../functions/api/clones/operations.ts';
import { operations as databases } from '../../functions/api/databases/operations.ts';
import { operations as hosts } from '../../functions/api/hosts/operations.ts';
import { operations as refresh } from '../../functions/api/refresh/operations.ts';
import type { DeleteSnapshotDeps } from '../../functions/api/snapshots/delete-snapshot.ts';
import { operations as sdps } from '../../functions/api/sdps/operations.ts';
import { operations as snapshots } from '../../functions/api/snapshots/operations.ts';
import { operations as tasks } from '../../functions/api/tasks/operations.ts';
import { createSiteArrays } from '../../shared/adapters/sdp-http/site-arrays.ts';
import type { SdpMemory } from '../../shared/adapters/sdp-memory/sdp-memory.ts';
import { createStore } from '../../shared/adapters/store-dynamodb/store.ts';
import { hashToken, userToken } from '../../shared/http/authentication.ts';
import { apiGrants } from '../../infra/grants/api.ts';
import { apiHandler } from '../../shared/http/chain.ts';
import type { Endpoint } from '../../shared/http/route.ts';
import type { SdpPort } from '../../shared/ports/sdp.ts';
import type { Store } from '../../shared/ports/store.ts';
import type { Principal } from '../../shared/domain/token.ts';
import { type AccessRows, accessRows } from './access-rows.ts';
import { actingAs, grantedFlows } from './acting-as.ts';
import { aMemoryArray, nobody } from '../builders/arrays.ts';
import { recordingFlows, type RecordingFlows } from '../builders/recording-flows.ts';
import { gatewayEvent, type TestRequest } from './gateway-event.ts';
import { countedIds, recordingLog, testClock, type LogLine, type TestClock } from './injected-ports.ts';
import type { TestTable } from './test-database.ts';

export interface TestAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** As sent; '' for none. */
  readonly text: string;
  /** Parsed; undefined for none. */
  readonly body: unknown;
}

export type BedDeps = AgentApiDeps & ArrayApiDeps & DeleteSnapshotDeps;

export interface ApiBed extends Pick<AccessRows, 'putUser' | 'putAppToken'> {
  readonly store: Store;
  readonly table: TestTable;
  readonly clock: TestClock;
  readonly flows: RecordingFlows;
  /** The deployment's own array, 4242. */
  readonly sdp: SdpMemory;
  /** Who answers where. */
  readonly reachable: Map<string, SdpPort>;
  /** Secrets that were read for connections, in order. */
  readonly secretsUsed: readonly string[];
  readonly logLines: readonly LogLine[];
  /** Milliseconds the operations asked to wait; the clock moves on with every wait. */
  readonly waits: readonly number[];
  /** Queues removed or made, in order. */
  readonly queues: readonly string[];
  send(request: TestRequest): Promise<TestAnswer>;
  /** Stores a token for the principal; 0 seconds of life: for ever. */
  putToken(token: string, principal: Principal, lifeSeconds?: number): Promise<void>;
}

export interface BedOptions {
  readonly hostTokenMayOperate?: boolean;
  /** The deployment has no array of its own. */
  readonly isWithoutArray?: boolean;
  /** Puts something between operations and table, for races a test cannot win otherwise. */
  readonly wrapStore?: (store: Store) => Store;
}

export const endpoints: readonly Endpoint<BedDeps>[] = [
  ...auth,
  ...hosts,
  ...databases,
  ...clones,
  ...snapshots,
  ...refresh,
  ...tasks,
  ...sdps,
  ...agents,
];

/** A refusal is an error nobody foresees: the answer is a 500, which no test takes for a good one. */
const onRefusal = (): void => undefined;

/** The operation does what the function that serves it is granted. */
const asItsFunction = ({ route, run, validate, resume }: Endpoint<BedDeps>): Endpoint<BedDeps> => {
  const actor = { functionName: `api-${route.capability}`, grants: apiGrants[route.capability], onRefusal };
  return {
    route,
    run: (deps, call) => actingAs(actor, () => run(deps, call)),
    validate: validate === null ? null : (deps, call) => actingAs(actor, () => validate(deps, call)),
    resume: resume === null ? null : (deps, call, task) => actingAs(actor, () => resume(deps, call, task)),
  };
};

/** Tokens every bed knows, of a user named like the role; `app` is the operator's. */
export const tokens = {
  admin: userToken('admin', 'adminToken000000000000000000001'),
  operator: userToken('operator', 'operatorToken0000000000000000001'),
  viewer: userToken('viewer', 'viewerToken00000000000000000001'),
  app: userToken('operator', 'appToken0000000000000000000000001'),
} as const;

export const startSeconds = 1_767_000_000;

export const ownArrayUrl = 'https://own-array.example';
/** What every array of the bed shows. */
export const presentedSha256 = Array.from({ length: 32 }, () => 'A1').join(':');

// The chain reads nothing of the Lambda context.
const context = {} as Context;

export async function apiBed(table: TestTable, options: BedOptions = {}): Promise<ApiBed> {
  const clock = testClock(startSeconds);
  const store = createStore(table.name, table.config, undefined, clock);
  const flows = recordingFlows();
  const log = recordingLog();
  const sdp = aMemoryArray('4242', () => clock.nowMilliseconds());
  const reachable = new Map<string, SdpPort>([[ownArrayUrl, sdp]]);
  const secretsUsed: string[] = [];
  const connect = ({ url, secretId }: { readonly url: string; readonly secretId: string }): SdpPort => {
    secretsUsed.push(secretId);
    return reachable.get(url) ?? nobody();
  };
  const own = { url: ownArrayUrl, secretId: 'reprise/sdp', trust: { kind: 'ca' } } as const;
  const usedStore = options.wrapStore?.(store) ?? store;
  const waits: number[] = [];
  const queues: string[] = [];
  const deps: BedDeps = {
    store: usedStore,
    clock,
    flows: grantedFlows(flows),
    log,
    arrays: createSiteArrays({
      store: usedStore,
      clock,
      connect,
      deployment: options.isWithoutArray === true ? null : { url: own.url, port: () => connect(own) },
    }),
    connector: {
      deployment: options.isWithoutArray === true ? null : own,
      connect,
      presentedCertificate: () =>
        Promise.resolve({ sha256: presentedSha256, subject: 'CN=array', issuer: 'CN=array', validToSeconds: 0 }),
    },
    ids: countedIds(clock),
    settings: { hostTokenMayOperate: options.hostTokenMayOperate ?? true },
    queues: {
      ensureQueue(hostId, generation) {
        queues.push(`ensure ${hostId}`);
        return Promise.resolve(`https://queues.example/${hostId}-${String(generation)}`);
      },
      removeQueue(queueUrl) {
        queues.push(`remove ${queueUrl}`);
        return Promise.resolve();
      },
      credentialsFor: () =>
        Promise.resolve({
          accessKeyId: 'AKIDEXAMPLE',
          secretAccessKey: 'queueSecret000000000000000000001',
          sessionToken: '',
          expiresAtSeconds: startSeconds + 3600,
          region: 'eu-west-1',
          endpoint: '',
        }),
    },
    wait(milliseconds) {
      waits.push(milliseconds);
      clock.advanceSeconds(milliseconds / 1000);
      return Promise.resolve();
    },
  };
  const handler = apiHandler(endpoints.map(asItsFunction), deps);
  const rows = accessRows(table);
  const putToken: ApiBed['putToken'] = (token, principal, lifeSeconds = 0) =>
    rows.putToken({
      tokenHash: hashToken(token),
      principal,
      createdAtSeconds: startSeconds,
      expiresAtSeconds: lifeSeconds === 0 ? 0 : startSeconds + lifeSeconds,
      ...(principal.kind === 'app' ? { lastUsedSeconds: startSeconds } : {}),
    });
  await Promise.all([
    ...(['admin', 'operator', 'viewer'] as const).flatMap((role) => [
      rows.putUser({ name: role, role }),
      putToken(tokens[role], { kind: 'user', name: role, role, epoch: 0 }),
    ]),
    putToken(tokens.app, {
      kind: 'app',
      name: 'nightly-jobs',
      user: 'operator',
      tokenId: 'nightly',
      role: 'operator',
      epoch: 0,
    }),
  ]);
  table.forgetCalls();
  return {
    store,
    table,
    clock,
    flows,
    sdp,
    reachable,
    secretsUsed,
    logLines: log.lines,
    waits,
    queues,
    putToken,
    putUser: rows.putUser,
    putAppToken: rows.putAppToken,
    async send(request) {
      const answer = await handler(gatewayEvent(request), context);
      const body: unknown = answer.body === '' ? undefined : JSON.parse(answer.body);
      return { status: answer.statusCode, headers: answer.headers, text: answer.body, body };
    },
  };
}
