import { z } from 'zod';
import { ApiError, refused } from '../api-error.ts';
import type { ArrayRuntime } from '../engine/runtime.ts';
import type { Answer } from './answer.ts';
import { readFaultRequest, whyItCannotFire } from './fault-request.ts';
import type { Faults } from './faults.ts';
import type { Throttle } from './throttle.ts';

export const ADMIN_ROOT = '/__admin';

export interface AdminDeps {
  readonly runtime: ArrayRuntime;
  readonly faults: Faults;
  readonly throttle: Throttle;
  /** Of everything, or of the volume, snapshot or view with the id. */
  readonly measureUsage: (id: number | undefined) => Promise<object>;
}

const throttleRequest = z.strictObject({ requests_per_second: z.number().int().min(1).max(1_000_000).nullable() });

function addFault({ faults, runtime }: AdminDeps, body: unknown): Answer {
  const request = readFaultRequest(body);
  if (!request.success) throw refused(z.prettifyError(request.error));
  const reason = 'call' in request.data ? whyItCannotFire(request.data, runtime.resources) : undefined;
  if (reason !== undefined) throw refused(reason);
  return { status: 201, body: faults.add(request.data) };
}

function removeFaults(faults: Faults, id: string): Answer {
  if (id === '') faults.clear();
  else if (!faults.remove(Number(id))) throw new ApiError(404, `fault ${id} does not exist`);
  return { status: 204, body: undefined };
}

const throttleAnswer = (throttle: Throttle): Answer => ({
  status: 200,
  body: { requests_per_second: throttle.requestsPerSecond },
});

function changeThrottle(throttle: Throttle, body: unknown): Answer {
  const request = throttleRequest.safeParse(body);
  if (!request.success) throw refused(z.prettifyError(request.error));
  throttle.allow(request.data.requests_per_second);
  return throttleAnswer(throttle);
}

/** What tests ask of the array beside its REST API. Clients of the API never see it. */
export async function callAdmin(deps: AdminDeps, method: string, path: string, body: unknown): Promise<Answer> {
  const { faults, throttle, measureUsage } = deps;
  const [, name = '', id = ''] = /^\/__admin\/(\w+)(?:\/(\d+))?\/?$/.exec(path) ?? [];
  const hits = id === '' ? faults.list() : faults.list().filter((fault) => fault.id === Number(id));
  switch (`${method} ${name}`) {
    case 'GET usage':
      return { status: 200, body: await measureUsage(id === '' ? undefined : Number(id)) };
    case 'GET faults':
      return { status: 200, body: { hits, total: hits.length } };
    case 'POST faults':
      return addFault(deps, body);
    case 'DELETE faults':
      return removeFaults(faults, id);
    case 'GET throttle':
      return throttleAnswer(throttle);
    case 'PATCH throttle':
      return changeThrottle(throttle, body);
    default:
      throw new ApiError(404, 'no such admin call');
  }
}
