import { NoAnswer } from '../../../shared/adapters/sdp-http/no-answer.ts';
import type { ArrayAnswer, ArrayRequest, Transport } from '../../../shared/adapters/sdp-http/tls-transport.ts';

type Row = { readonly id: number } & Record<string, unknown>;

/** What a test makes of one request: let it pass, answer in the array's place, or lose the answer after the effect. */
export type Intercept = (
  request: ArrayRequest,
) => 'pass' | 'lose the answer' | 'lose the request' | ArrayAnswer | Promise<ArrayAnswer> | Error;

export interface TableArray {
  readonly send: Transport;
  /** Every request that was sent, as `POST /snapshots`. */
  readonly requests: string[];
  readonly queries: Record<string, string>[];
  add(collection: string, row: Record<string, unknown>): Row;
  rows(collection: string): readonly Row[];
  /** Takes away what others removed. */
  clear(collection: string): void;
  remove(collection: string, id: number): void;
  /** Authorization headers in the order of requests. */
  readonly authorizations: string[];
}

const json = (status: number, body: unknown): ArrayAnswer => ({ status, text: JSON.stringify(body) });

/** The smallest thing that speaks the array's lists, creations and deletions. It has none of the array's rules. */
export const createTableArray = (intercept: Intercept = () => 'pass', longestPage = 1000): TableArray => {
  const tables = new Map<string, Row[]>();
  let lastId = 1;
  const rowsOf = (collection: string): Row[] => {
    const rows = tables.get(collection) ?? [];
    tables.set(collection, rows);
    return rows;
  };
  const add = (collection: string, row: Record<string, unknown>): Row => {
    const whole = { id: (lastId += 1), creation_time: 1_780_000_000.25, is_deleted: false, ...row };
    rowsOf(collection).push(whole);
    return whole;
  };
  const answer = ({ method, path, query = {}, body = {} }: ArrayRequest): ArrayAnswer => {
    const [, collection = '', id] = /^\/(.*?)(?:\/(\d+))?$/.exec(path) ?? [];
    const rows = rowsOf(collection);
    const index = rows.findIndex((row) => String(row.id) === id);
    switch (method) {
      case 'GET': {
        const filters = Object.entries(query).filter(([key]) => !key.startsWith('__'));
        const matching = rows.filter((row) => filters.every(([key, value]) => matches(row, key, value)));
        const limit = Math.min(longestPage, Number(query['__limit'] ?? 100));
        return json(200, { hits: matching.slice(0, limit), total: matching.length, limit, offset: 0 });
      }
      case 'POST':
        return json(201, add(collection, body));
      case 'PATCH':
        rows.splice(index, 1, { ...(rows[index] ?? { id: 0 }), ...body });
        return json(200, rows[index]);
      case 'DELETE':
        if (index < 0) return json(404, { error_msg: 'no such object' });
        rows.splice(index, 1);
        return { status: 204, text: '' };
    }
  };
  const requests: string[] = [];
  const authorizations: string[] = [];
  const queries: Record<string, string>[] = [];
  return {
    requests,
    queries,
    add,
    rows: rowsOf,
    clear: (collection) => tables.delete(collection),
    remove: (collection, id) => {
      tables.set(
        collection,
        rowsOf(collection).filter((row) => row.id !== id),
      );
    },
    authorizations,
    send: async (request, authorization) => {
      authorizations.push(authorization);
      requests.push(`${request.method} ${request.path}`);
      queries.push({ ...request.query });
      const verdict = intercept(request);
      if (verdict instanceof Error) throw verdict;
      if (typeof verdict === 'object') return verdict;
      if (verdict === 'lose the request') throw new NoAnswer('not connected', 'connect ECONNREFUSED');
      const given = answer(request);
      if (verdict === 'lose the answer') throw new NoAnswer('cut off', 'socket hang up');
      return given;
    },
  };
};

const matches = (row: Row, key: string, value: string): boolean => {
  const [field = '', operator] = key.split('__');
  const stored = field
    .split('.')
    .reduce<unknown>(
      (part, name) => (typeof part === 'object' && part !== null ? Reflect.get(part, name) : undefined),
      row,
    );
  if (operator === 'gt') return Number(stored) > Number(value);
  return operator === 'in' ? value.split(',').includes(String(stored)) : String(stored) === value;
};

/** The first `times` requests like `what` (`POST /snapshots`) get `verdict`. */
export const firstOnes = (what: string, times: number, verdict: ReturnType<Intercept>): Intercept => {
  let left = times;
  return ({ method, path }) => {
    if (`${method} ${path}` !== what || left === 0) return 'pass';
    left -= 1;
    return verdict;
  };
};
