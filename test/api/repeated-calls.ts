/** What tests of repeats send: for every operation that changes something its call, and one with another payload. */
import { expect } from 'vitest';
import { takesIdempotencyKey } from '../../shared/http/call-payload.ts';
import type { Store } from '../../shared/ports/store.ts';
import { type ApiBed, tokens } from './api-bed.ts';
import type { TestRequest } from './gateway-event.ts';
import { type RouteCall, routeCalls, tokenFor } from './route-calls.ts';

/** When the process of a call dies: never, after its claim, or after its effect. */
export type Death = 'never' | 'before the effect' | 'before the answer';

export const mortalStore =
  (death: () => Death) =>
  (store: Store): Store => {
    const dead = (): Promise<never> => Promise.reject(new Error('the process died'));
    return {
      ...store,
      claimCall: async (claim) => {
        const isClaimed = await store.claimCall(claim);
        return death() === 'before the effect' ? await dead() : isClaimed;
      },
      keepAnswer: (...about) => (death() === 'never' ? store.keepAnswer(...about) : dead()),
      endClaim: (...about) => (death() === 'never' ? store.endClaim(...about) : dead()),
    };
  };

/** One address of each operation. */
export const keyedCalls: readonly RouteCall[] = routeCalls.filter(
  ({ route, name }) => takesIdempotencyKey(route) && name === `${route.method} ${route.path}`,
);

/** What to change in the request; null where an operation has one payload only. */
const otherPayloads: Readonly<Record<string, Partial<TestRequest> | null>> = {
  'change-own-password': { body: { current_password: 'a', new_password: 'one more long password' } },
  'create-app-token': { body: { app_name: 'weekly jobs' } },
  'revoke-app-token': { body: { id: 'another' } },
  'revoke-named-app-token': { path: '/api/v2/flex_app_tokens/another' },
  'create-user': { body: { name: 'bob', role: 'viewer', password: 'another long password' } },
  'change-user': { body: { role: 'admin' } },
  'set-password': { body: { password: 'one more long password' } },
  'revoke-user-app-token': { path: '/api/echo/v1/users/ann/app_tokens/another' },
  'register-host': { body: { db_vendor: 'postgres' } },
  'unregister-host': { path: '/api/v1/hosts/another' },
  'create-clone': {
    body: { source_host_id: 'sqlprod1', destinations: [{ host_id: 'sqldev1', db_id: '7', db_name: 'another' }] },
  },
  'import-snapshot': { body: { destinations: [{ host_id: 'sqldev1', db_id: '7', db_name: 'another' }] } },
  'refresh-databases': { body: { snapshot_id: 'snap_1767000300', db_names: ['another'] } },
  'delete-clone': { body: { host_id: 'sqldev1', database_id: '6' } },
  'create-snapshot': { body: { source_host_id: 'sqlprod1', database_ids: ['7'], name_prefix: 'another' } },
  'delete-snapshot': { path: '/api/echo/v1/db_snapshots/another' },
  'cancel-task': { path: '/api/echo/v1/tasks/another-task-that-is-not-there-01/cancel' },
  'create-sdp': { body: { url: 'https://new-array.example', secret_id: 'reprise/sdp/another' } },
  'update-sdp': { body: { secret_id: 'reprise/sdp/another' } },
  'delete-sdp': { path: '/api/echo/v1/sdps/another' },
  'agent-queue-access': null,
  'agent-heartbeat': {
    body: {
      host_name: 'another',
      host_iqn: '',
      host_os: '',
      host_os_version: '',
      agent_version: '1.0.0',
      cloud_vendor: 'UNKNOWN',
      db_engine_version: '',
    },
  },
  'agent-inventory': { body: { sequence: 3, chunk: 0, chunks: 1, databases: [] } },
  'agent-command-success': { body: { result: { freeze_id: 'another', databases: [] } } },
  'agent-command-failure': { body: { error: { code: 'FREEZE_FAILED', message: 'another' } } },
  'agent-command-heartbeat': { path: '/api/agent/v1/commands/another/heartbeat' },
};

export const otherPayloadOf = ({ route }: RouteCall): Partial<TestRequest> | null => {
  const other = otherPayloads[route.operation];
  if (other === undefined) throw new Error(`${route.operation}: which payload is another one?`);
  return other;
};

/** The admin's token works again, whatever password was set meanwhile. */
async function renewSession(bed: ApiBed): Promise<void> {
  const admin = await bed.store.getUser('admin');
  await bed.putToken(tokens.admin, { kind: 'user', name: 'admin', role: 'admin', epoch: admin?.tokenEpoch ?? 0 });
}

export async function sendWithKey(bed: ApiBed, { route, request }: RouteCall, about: Partial<TestRequest> = {}) {
  await renewSession(bed);
  bed.table.forgetCalls();
  return await bed.send({
    ...request,
    token: tokenFor(route),
    ...about,
    headers: { 'Idempotency-Key': 'key-1', ...about.headers },
  });
}

export const isReplay = ({ headers }: { readonly headers: Readonly<Record<string, string>> }): boolean =>
  headers['idempotency-replayed'] === 'true';

/** Rows of calls in the table. */
export const callRecords = async (bed: ApiBed): Promise<readonly Readonly<Record<string, unknown>>[]> =>
  (await bed.table.rows()).filter((row) => String(row['pk']).startsWith('call#'));

/** Everything a call may leave behind but the record of the call itself. */
const effects = async (bed: ApiBed): Promise<unknown> => ({
  rows: (await bed.table.rows()).filter((row) => !String(row['pk']).startsWith('call#')),
  started: [...bed.flows.started],
  signals: [...bed.flows.signals],
  queues: [...bed.queues],
});

export async function withoutEffect<ANSWER>(bed: ApiBed, act: () => Promise<ANSWER>): Promise<ANSWER> {
  await renewSession(bed);
  const before = await effects(bed);
  const answer = await act();
  expect(await effects(bed)).toEqual(before);
  return answer;
}
