/** A second array, registered through the API of a running site: used like the first, and deleted when nobody uses it. */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { appendRow } from '../../agent/engines/simulated/rows.ts';
import { type ArrayProcess, startArray } from '../../local/array/array-process.ts';
import type { ArrayAccess } from '../../local/array/provision.ts';
import { type SiteHost, startSiteHost } from '../../local/site/site-host.ts';
import { newPassword } from '../../local/site/site-secrets.ts';
import { clone, databaseNamed, deleteClone, deleteSnapshot, postClone } from './act/flex.ts';
import { waitUntil } from './act/wait-until.ts';
import { type Bed, startBed } from './bed/bed.ts';
import { type ArrayView, viewArray } from './look/array.ts';
import { diskOf, rowsOf } from './look/simulated.ts';

const secretId = 'reprise/sdp-second';
const farHostId = 'sqlfar1';
const path = '/api/echo/v1/sdps';
const Sdp = z.object({ sdp_id: z.string(), managed_by: z.string(), certificate_sha256: z.string().nullable() });
const Topology = z.array(
  z.object({
    host: z.object({ id: z.string() }),
    sdps: z.array(z.object({ sdp_id: z.string() })),
    databases: z.array(z.object({ name: z.string(), files: z.array(z.object({ sdp_id: z.string() })) })),
  }),
);

let bed: Bed;
let first: ArrayView;
let second: ArrayView | undefined;
let process: ArrayProcess | undefined;
let secondDir: string;
let access: ArrayAccess;
let far: SiteHost | undefined;
let sdpId: string;

const children = { add: () => undefined };

/** What the array shows to anybody, read without our own code. */
const shownFingerprint = async (): Promise<string | undefined> =>
  await new Promise((resolve, reject) => {
    const socket = connect({ port: Number(new URL(access.url).port), host: '127.0.0.1', rejectUnauthorized: false });
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      resolve(socket.getPeerX509Certificate()?.fingerprint256);
      socket.destroy();
    });
  });

beforeAll(async () => {
  bed = await startBed({ hosts: [{ hostId: 'sqlprod1', vendor: 'mssql', databases: ['orders'] }] });
  const account = { username: 'second-operator', password: newPassword() };
  await bed.keepSecret(secretId, account);
  first = await viewArray(bed.array);
  const firstId = await first.systemId();
  // Arrays here draw their ids out of 900.
  for (let number = 1; second === undefined || (await second.systemId()) === firstId; number += 1) {
    await second?.close();
    await process?.stop();
    secondDir = join(bed.dataDir, `second-array-${String(number)}`);
    const { username: user, password } = account;
    process = await startArray({ dataDir: secondDir, port: 0, user, password });
    access = { url: process.url, caFile: process.caFile, user, password };
    second = await viewArray(access);
  }
}, 90_000);

afterAll(async () => {
  await far?.agent().stop();
  await first.close();
  await second?.close();
  await bed.stop();
  await process?.stop();
}, 60_000);

describe('a second array', { timeout: 60_000 }, () => {
  it('is registered by its address and the certificate that it shows, and named as it names itself', async () => {
    const body = { url: access.url, secret_id: secretId, trust_presented_certificate: true };
    const answer = await bed.api.call('POST', path, body);
    expect(answer).toMatchObject({ status: 201, body: { managed_by: 'api', tls: 'fingerprint', secret_id: secretId } });
    const registered = Sdp.parse(answer.body);
    expect(registered.certificate_sha256).toBe(await shownFingerprint());
    sdpId = registered.sdp_id;
    expect((await bed.api.call('POST', path, body)).status).toBe(409);
    const listed = z.array(Sdp).parse((await bed.api.call('GET', path)).body);
    expect(listed.map((one) => one.managed_by)).toEqual(['deployment', 'api']);
    expect(new Set(listed.map((one) => one.sdp_id)).size).toBe(2);
  });

  it('says what it is and how full it is', async () => {
    expect(await bed.api.call('GET', `${path}/${sdpId}`)).toMatchObject({
      status: 200,
      body: { state: 'ONLINE', reason: '', capacity: { total_kib: expect.any(Number) } },
    });
  });

  it('is not taken under a CA that did not sign its certificate, nor with a secret that is not there', async () => {
    const own = await readFile(bed.array.caFile, 'utf8');
    expect(new X509Certificate(own).ca).toBe(true);
    const change = (body: unknown) => bed.api.call('PATCH', `${path}/${sdpId}`, body);
    expect(await change({ ca_pem: own })).toMatchObject({
      status: 409,
      body: { detail: expect.stringMatching(/certificate/) },
    });
    expect(await change({ secret_id: 'reprise/sdp-nowhere' })).toMatchObject({
      status: 409,
      body: { detail: expect.stringMatching(/reprise\/sdp-nowhere.*ResourceNotFoundException/) },
    });
    expect(await change({ ca_pem: await readFile(access.caFile, 'utf8') })).toMatchObject({
      status: 200,
      body: { tls: 'ca' },
    });
  });

  it('carries the databases of a host, which are cloned there and nowhere else', async () => {
    far = await startSiteHost(
      {
        api: bed.api,
        apiUrl: bed.url,
        apiCaFile: bed.caFile,
        array: access,
        arrayDataDir: secondDir,
        hostsDir: join(bed.dataDir, 'hosts'),
        agentScript: join(bed.dataDir, 'agent.mjs'),
        superuserPasswordFile: join(bed.dataDir, 'superuser-password'),
        children,
        report: () => undefined,
      },
      { hostId: farHostId, vendor: 'mssql', databases: ['stock'] },
    );
    const host = { hostId: farHostId, deviceRoot: far.deviceRoot };
    const database = await databaseNamed(bed.api, farHostId, 'stock');
    const topology = await waitUntil('the disks to be found', 20_000, async () =>
      Topology.parse((await bed.api.call('GET', '/api/echo/v1/topology')).body).find(
        (one) => one.host.id === farHostId && one.databases.length > 0,
      ),
    );
    expect(topology.sdps).toEqual([{ sdp_id: sdpId }]);
    expect(new Set(topology.databases.flatMap(({ files }) => files.map((file) => file.sdp_id)))).toEqual(
      new Set([sdpId]),
    );
    await appendRow(far.deviceRoot, await diskOf(host, 'stock'), { n: 1 });

    const before = await first.snapshots();
    const made = await clone(bed.api, farHostId, [{ host_id: farHostId, db_id: database.id, db_name: 'stock_test' }]);
    expect(await rowsOf(host, 'stock_test')).toEqual([{ n: 1 }]);
    expect(await first.snapshots()).toEqual(before);
    expect(await second?.snapshots()).toHaveLength(2);
    expect((await bed.api.call('GET', '/api/echo/v1/db_snapshots')).body).toMatchObject([
      { id: made.snapshotId, sdp_id: sdpId },
    ]);

    const refused = await bed.api.call('DELETE', `${path}/${sdpId}`);
    expect(refused).toMatchObject({
      status: 409,
      body: { detail: expect.stringMatching(/sqlfar1\/stock.*snapshots on it/) },
    });

    await deleteClone(bed.api, farHostId, made.clones[0]?.id ?? '');
    await deleteSnapshot(bed.api, made.snapshotId);
    expect(await second?.snapshots()).toEqual([]);
  });

  it('is in no snapshot with the first', async () => {
    await bed.api.call('PUT', '/api/v1/hosts/sqlelse1', { db_vendor: 'mssql', sdp_id: sdpId });
    const { id } = await databaseNamed(bed.api, 'sqlprod1', 'orders');
    const answer = await postClone(bed.api, 'sqlprod1', [{ host_id: 'sqlelse1', db_id: id, db_name: 'orders_test' }]);
    expect(answer.status).toBe(409);
    expect(JSON.stringify(answer.body)).toContain('SDP_MISMATCH');
  });

  it('is deleted when nobody uses it any more', async () => {
    expect((await bed.api.call('DELETE', `${path}/${sdpId}`)).status).toBe(409);
    await bed.api.call('DELETE', '/api/v1/hosts/sqlelse1');
    await bed.api.call('DELETE', `/api/v1/hosts/${farHostId}`);
    expect(await bed.api.call('DELETE', `${path}/${sdpId}`)).toMatchObject({ status: 204 });
    expect((await bed.api.call('GET', `${path}/${sdpId}`)).status).toBe(404);
    expect(z.array(Sdp).parse((await bed.api.call('GET', path)).body)).toHaveLength(1);
  });
});
