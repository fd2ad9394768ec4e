import { z } from 'zod';
import { ApiError, refused } from '../api-error.ts';
import { faultRequest, type Faults } from './faults.ts';
import type { Answer } from './resource-calls.ts';

export const ADMIN_ROOT = '/__admin';

export interface AdminDeps {
  readonly faults: Faults;
  readonly measureUsage: () => Promise<object>;
}

function addFault(faults: Faults, body: unknown): Answer {
  const request = faultRequest.safeParse(body);
  if (!request.success) throw refused(z.prettifyError(request.error));
  return { status: 201, body: faults.add(request.data) };
}

function removeFaults(faults: Faults, id: string): Answer {
  if (id === '') faults.clear();
  else if (!faults.remove(Number(id))) throw new ApiError(404, `fault ${id} does not exist`);
  return { status: 204, body: undefined };
}

/** What tests ask of the array beside its REST API. Clients of the API never see it. */
export async function callAdmin(
  { faults, measureUsage }: AdminDeps,
  method: string,
  path: string,
  body: unknown,
): Promise<Answer> {
  const [, name = '', id = ''] = /^\/__admin\/(\w+)(?:\/(\d+))?\/?$/.exec(path) ?? [];
  const hits = id === '' ? faults.list() : faults.list().filter((fault) => fault.id === Number(id));
  switch (`${method} ${name}`) {
    case 'GET usage':
      return { status: 200, body: await measureUsage() };
    case 'GET faults':
      return { status: 200, body: { hits, total: hits.length } };
    case 'POST faults':
      return addFault(faults, body);
    case 'DELETE faults':
      return removeFaults(faults, id);
    default:
      throw new ApiError(404, 'no such admin call');
  }
}
