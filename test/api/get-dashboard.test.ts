import { beforeEach, expect, it } from 'vitest';
import { nobody } from '../builders/arrays.ts';
import { apiBed, type ApiBed, ownArrayUrl, tokens } from './api-bed.ts';
import { allowedCallers, callingHost, refusedCallers } from './callers.ts';
import { arrayUrl, givenArray, givenHost } from './given.ts';
import { useDatabase } from './test-database.ts';
import { bodyOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
});

const get = (token: string = tokens.admin) => ({ method: 'GET', path: '/api/v1/pages/dashboard', token }) as const;
const dashboard = async (on: ApiBed = bed) => bodyOf('get-dashboard', await on.send(get()));
const own = { id: '4242', version: '8.0.0', mc_floating_ip: 'own-array.example', mc_https_port: 443 };

it("shows the deployment's own array and those that were registered, with what each says it runs", async () => {
  await givenArray(bed, '4243');
  await givenArray(bed, '4999', { url: 'https://192.0.2.20:8443/below' });
  expect(await dashboard()).toEqual({
    k2xs: [
      own,
      { id: '4243', version: '8.0.0', mc_floating_ip: 'array-4243.example', mc_https_port: 443 },
      { id: '4999', version: '8.0.0', mc_floating_ip: '192.0.2.20', mc_https_port: 8443 },
    ],
    clusters: [],
  });
});

it('shows an array that is silent without its version', async () => {
  await givenArray(bed, '4243');
  bed.reachable.set(arrayUrl('4243'), nobody());
  expect(await dashboard()).toMatchObject({ k2xs: [own, { id: '4243', version: '' }] });
});

it('leaves the own array out until it has said who it is', async () => {
  bed.reachable.set(ownArrayUrl, nobody());
  expect(await dashboard()).toEqual({ k2xs: [], clusters: [] });
});

it('shows nothing where there is nothing', async () => {
  expect(await dashboard(await apiBed(bed.table, { isWithoutArray: true }))).toEqual({ k2xs: [], clusters: [] });
});

it.each(allowedCallers('admin'))('is for $caller, who may register a host', async ({ token }) => {
  expect((await bed.send(get(token))).status).toBe(200);
});

it.each(refusedCallers('admin'))('is refused to $caller', async ({ token }) => {
  await givenHost(bed, callingHost);
  expect((await unchanged(bed, get(token))).status).toBe(403);
});
