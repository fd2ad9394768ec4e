/** A call of every operation that succeeds on the site of `givenSite`: what the walks of the route table send. */
import type { Route } from '../../shared/http/route.ts';
import { aMemoryArray } from '../builders/arrays.ts';
import { cheapHash } from './access-rows.ts';
import { type ApiBed, endpoints, startSeconds, tokens } from './api-bed.ts';
import { callingHost } from './callers.ts';
import type { TestRequest } from './gateway-event.ts';
import {
  givenArray,
  givenClone,
  givenCommand,
  givenDatabase,
  givenHost,
  givenSnapshot,
  givenTask,
  hostToken,
} from './given.ts';

const spareArray = '4243';
const adminPassword = 'the password of the admin';
const managedUser = 'ann';
const appTokenId = 'app-token-1';
const spareSnapshot = 'snap_1767000300';
const openTask = 'a-task-that-can-be-canceled-0001';
const command = `${openTask}.freeze.effect-1.1`;

/** A registered array nobody uses, two hosts, an original, a clone of it, a snapshot nobody needs, a task, and a command its agent has not answered. */
export async function givenSite(bed: ApiBed): Promise<void> {
  await givenArray(bed, spareArray);
  bed.reachable.set(
    'https://new-array.example',
    aMemoryArray('4244', () => bed.clock.nowMilliseconds()),
  );
  await givenHost(bed, callingHost);
  await givenHost(bed, 'sqldev1');
  await givenDatabase(bed);
  await givenClone(bed);
  await givenSnapshot(bed, { snapshotId: spareSnapshot });
  await givenTask(bed, { requestId: openTask });
  await givenCommand(bed, { requestId: openTask });
  await bed.putUser({ name: 'admin', role: 'admin', passwordHash: cheapHash(adminPassword) });
  await bed.putUser({ name: managedUser, role: 'viewer' });
  await bed.putAppToken('admin', appTokenId);
  await bed.putAppToken(managedUser, appTokenId);
  bed.flows.onStart = async (flow, { request_id: requestId }) => {
    if (flow === 'delete-snapshot')
      await bed.store.finishTask(requestId, 'done', { error: '', result: null }, startSeconds);
  };
  bed.table.forgetCalls();
}

const heartbeat = {
  host_name: 'a',
  host_iqn: '',
  host_os: '',
  host_os_version: '',
  agent_version: '1.0.0',
  cloud_vendor: 'UNKNOWN',
  db_engine_version: '',
};
/** What the site holds already, as an agent repeats it every few minutes. */
const inventory = { sequence: 2, chunk: 0, chunks: 1, databases: [] };

const bodies: Readonly<Record<string, unknown>> = {
  'create-clone': {
    source_host_id: callingHost,
    destinations: [{ host_id: 'sqldev1', db_id: '7', db_name: 'orders_test' }],
  },
  'import-snapshot': { destinations: [{ host_id: 'sqldev1', db_id: '7', db_name: 'orders_test' }] },
  'refresh-databases': { snapshot_id: spareSnapshot, db_names: ['orders'] },
  'create-snapshot': { source_host_id: callingHost, database_ids: ['7'] },
  'delete-clone': { host_id: 'sqldev1', database_id: '5' },
  'create-sdp': { url: 'https://new-array.example', secret_id: 'reprise/sdp/new' },
  'update-sdp': { secret_id: 'reprise/sdp/other' },
  'agent-heartbeat': heartbeat,
  'agent-inventory': inventory,
  'agent-command-success': { result: { freeze_id: 'f1', databases: [] } },
  'agent-command-failure': { error: { code: 'FREEZE_FAILED', message: 'no' } },
  login: 'username=nobody&password=none',
  'change-own-password': { current_password: adminPassword, new_password: 'another long password' },
  'create-app-token': { app_name: 'nightly jobs', description: 'cron', ttl: 3600 },
  'revoke-app-token': { id: appTokenId },
  'create-user': { name: 'bob', role: 'viewer', password: 'a long enough password' },
  'change-user': { role: 'operator', enabled: false },
  'set-password': { password: 'a long enough password' },
};

/** `register-host` needs a host that is not there yet. */
const hostOf = (route: Route): string => (route.operation === 'register-host' ? 'sqltest1' : callingHost);

const pathOf = (route: Route, path: string): string =>
  path
    .replace('{host_id}', hostOf(route))
    .replace('{db_id}', '7')
    .replace('{sdp_id}', spareArray)
    .replace('{snapshot_id}', spareSnapshot)
    .replace('{request_id}', openTask)
    .replace('{command_id}', command)
    .replace('{user_name}', managedUser)
    .replace('{token_id}', appTokenId);

export interface RouteCall {
  readonly name: string;
  readonly route: Route;
  readonly request: TestRequest;
}

/** Every address of every operation: paths, aliases, twins. */
export const routeCalls: readonly RouteCall[] = endpoints.flatMap(({ route }) =>
  [route.path, ...route.aliases].flatMap((path) =>
    (route.twin ? ['', '/__validate'] : ['']).map((suffix) => {
      const body = bodies[route.operation];
      const request = {
        method: route.method,
        path: `${pathOf(route, path)}${suffix}`,
        ...(body === undefined ? {} : { body }),
      };
      return { name: `${route.method} ${path}${suffix}`, route, request };
    }),
  ),
);

export const guardedCalls = routeCalls.filter(({ route }) => route.audience !== 'public');

/** A token the route lets in. */
export const tokenFor = (route: Route): string => (route.audience === 'host' ? hostToken(callingHost) : tokens.admin);
