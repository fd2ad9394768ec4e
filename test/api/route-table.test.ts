/** A walk of the route table: every route is tested, answers by its schema, and reads the table sparingly. */
import { readdirSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { routeTable } from '../../functions/api/route-table.ts';
import { apiBed, type ApiBed, endpoints, tokens } from './api-bed.ts';
import { givenSite, routeCalls, tokenFor } from './route-calls.ts';
import { useDatabase } from './test-database.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
  await givenSite(bed);
});

/** Design, section 11. The topology reads four partitions and the token; login knows one user. */
const maxCalls = 6;

/**
 * Rare calls of an administrator. A deletion looks at whatever could use the array, each unfinished task by itself (ADR
 * 0011); the dashboard asks every array, whose row is read once a minute, and remembers who the deployment's own is.
 */
const moreCalls: Readonly<Record<string, number>> = { 'delete-sdp': 8, 'get-dashboard': 2 };

it('is what the bed serves', () => {
  expect(endpoints.map(({ route }) => route)).toEqual(routeTable);
});

it('has one test file per operation', () => {
  const files = new Set(readdirSync(import.meta.dirname));
  expect(routeTable.map((route) => `${route.operation}.test.ts`).filter((file) => !files.has(file))).toEqual([]);
});

it('names every operation once, verb and noun', () => {
  const names = routeTable.map((route) => route.operation);
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => !/^[a-z]+(-[a-z]+)*$/.test(name))).toEqual([]);
});

it('has one path parameter schema per variable of the path', () => {
  for (const route of routeTable) {
    const variables = [...route.path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
    expect(variables.length > 0).toBe(route.request.path !== undefined);
  }
});

describe.each(routeCalls)('$name', ({ name, route, request }) => {
  it('succeeds with its status and schema, in few calls to the table and no scan', async () => {
    const answer = await bed.send({ ...request, token: tokenFor(route) });
    const calls = bed.table.calls();
    if (route.operation === 'login') expect(answer.status).toBe(401);
    else if (name.endsWith('/__validate')) expect(answer).toMatchObject({ status: 200, body: { valid: true } });
    else {
      expect(answer.status).toBe(route.successStatus);
      if (route.response !== null && answer.status !== 204)
        expect(route.response.safeParse(answer.body).success).toBe(true);
      else expect(answer.text).toBe('');
    }
    expect({ calls, tooMany: calls.length > maxCalls + (moreCalls[route.operation] ?? 0) }).toEqual({
      calls,
      tooMany: false,
    });
    expect(calls).not.toContain('Scan');
  });
});

it('serves what lies beside /api below the stage too, where there is no domain', async () => {
  for (const path of ['/flex/api/v1/hosts', '/api/flex/api/v1/hosts']) {
    expect((await bed.send({ method: 'GET', path, token: tokens.viewer })).status).toBe(200);
  }
});

it.each([
  ['GET', '/api/v1/nothing'],
  ['GET', '/'],
  ['GET', '/api/echo/v1/topology/__validate'],
  ['POST', '/api/v1/hosts'],
  ['PUT', '/api/echo/v1/tasks'],
  ['DELETE', '/api/echo/v1/db_snapshots'],
  ['GET', '/api/echo/v1/tasks/../../v1/hosts'],
  ['GET', '/api/echo/v1/tasks/a/b'],
] as const)('%s %s is 404 without a look at the table', async (method, path) => {
  const answer = await bed.send({ method, path });
  expect(answer).toMatchObject({ status: 404, body: { detail: 'Not Found' } });
  expect(bed.table.calls()).toEqual([]);
});
