import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createSdpHttp } from '../../../shared/adapters/sdp-http/sdp-http.ts';
import { createTlsTransport, maxSockets, type Transport } from '../../../shared/adapters/sdp-http/tls-transport.ts';
import { silentLog } from '../../../shared/ports/log.ts';
import { fixedCredentials } from './fixed-credentials.ts';
import { makeCertificate, startHttps, type ServerCertificate, type TestServer } from './tls-server.ts';

const basic = 'Basic cGxhbnRlZA==';
const get = (path: string, timeoutMs = 5_000) => ({ method: 'GET', path, timeoutMs }) as const;

describe('TLS transport', () => {
  let certificate: ServerCertificate;
  const servers: TestServer[] = [];
  const serve = async (
    answer: (request: IncomingMessage, response: ServerResponse) => void,
  ): Promise<TestServer & { send: Transport }> => {
    const server = await startHttps(certificate, answer);
    servers.push(server);
    const { url } = server;
    return {
      ...server,
      send: createTlsTransport({ url: `${url}/prefix/`, trust: { kind: 'ca', pem: certificate.cert } }),
    };
  };

  beforeAll(async () => {
    certificate = await makeCertificate();
  });
  afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

  it('sends credentials, encoded filters and JSON below /api/v2', async () => {
    const { send } = await serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method, url, headers } = request;
        response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString('utf8') }));
      });
    });
    const query = { 'snapshot.ref': '/snapshots/1', q: 'a b&c' };
    expect(JSON.parse((await send({ ...get('/volsnaps'), query }, basic)).text)).toMatchObject({
      method: 'GET',
      url: '/prefix/api/v2/volsnaps?snapshot.ref=%2Fsnapshots%2F1&q=a%20b%26c',
      headers: { authorization: basic },
    });
    const post = await send({ ...get('/hosts'), method: 'POST', body: { name: 'ä' } }, basic);
    expect(JSON.parse(post.text)).toMatchObject({
      body: '{"name":"ä"}',
      headers: { 'content-type': 'application/json', 'content-length': '13' },
    });
  });

  it('makes one TCP connection for calls one after the other', async () => {
    const { send, connections } = await serve((_request, response) => response.end('{}'));
    for (let call = 0; call < 20; call += 1) await send(get('/hosts'), basic);
    expect(connections).toHaveLength(1);
  });

  it('makes no more than its bound of connections for calls at once, all of which are answered', async () => {
    const { send, connections } = await serve((_request, response) => response.end('{}'));
    const answers = await Promise.all(Array.from({ length: 50 }, () => send(get('/hosts'), basic)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(connections.length).toBeGreaterThan(1);
    expect(connections.length).toBeLessThanOrEqual(maxSockets);
  });

  it('gives up in its own time on an answer that does not end, also while it waits for a connection', async () => {
    const { send, connections } = await serve((request, response) => {
      if (request.url?.endsWith('/hosts') === true) response.end('{}');
      else response.write('{');
    });
    const stuck = Promise.allSettled(Array.from({ length: maxSockets }, () => send(get('/stuck', 1_000), basic)));
    const startedAt = performance.now();
    await expect(send(get('/waits', 50), basic)).rejects.toMatchObject({ reason: 'queued' });
    expect(performance.now() - startedAt).toBeLessThan(900);
    expect((await stuck).map(({ status }) => status)).toEqual(Array.from({ length: maxSockets }, () => 'rejected'));
    // No connection with half an answer on it is used again.
    expect((await send(get('/hosts'), basic)).status).toBe(200);
    expect(connections.length).toBeGreaterThan(maxSockets);
  });

  it('takes no answer without end', async () => {
    const { send } = await serve((_request, response) => {
      const pour = (): void => {
        while (response.write(Buffer.alloc(1024 * 1024)));
      };
      response.on('drain', pour);
      pour();
    });
    await expect(send(get('/hosts'), basic)).rejects.toThrow('an answer of more than');
  });

  it('tells a connection that was never made from one that was cut', async () => {
    const cut = await serve((request) => request.socket.destroy());
    await expect(cut.send(get('/hosts'), basic)).rejects.toMatchObject({ reason: 'cut off' });
    await cut.close();
    servers.pop();
    await expect(cut.send(get('/hosts'), basic)).rejects.toMatchObject({ reason: 'not connected' });
  });

  it.each([
    ['7', 7_000],
    ['Wed, 21 Oct 2026 07:28:10 GMT', 10_000],
    ['Wed, 21 Oct 2026 07:27:00 GMT', 0],
    ['soon', undefined],
  ])('reads Retry-After: %s', async (value, milliseconds) => {
    const { send } = await serve((_request, response) => {
      response.writeHead(503, { 'retry-after': value, date: 'Wed, 21 Oct 2026 07:28:00 GMT' }).end();
    });
    expect((await send(get('/hosts'), basic)).retryAfterMs).toBe(milliseconds);
  });

  it.each([['http://127.0.0.1'], ['https://user:secret@127.0.0.1'], ['https://127.0.0.1/?a=b'], ['array']])(
    'does not take the address %s',
    (url) => {
      expect(() => createTlsTransport({ url, trust: { kind: 'system' } })).toThrow(TypeError);
    },
  );

  describe('over a kept connection that the array has closed', () => {
    /** Answers until told to hang up: then it cuts the connection at the first byte of a request that matches. */
    const startHangingUp = async (method: string) => {
      const seen: string[] = [];
      let hangUp = true;
      const server = await serve((request, response) => {
        seen.push(`${request.method ?? ''} ${new URL(request.url ?? '', 'https://x').pathname}`);
        if (request.method === method && hangUp) {
          hangUp = false;
          request.socket.destroy();
          return;
        }
        if (request.method === 'DELETE') response.writeHead(204).end();
        else if (request.method === 'POST') response.writeHead(201).end('{"id": 5, "name": "db1"}');
        else if (request.url?.includes('/snapshots') === true) response.end(oneSnapshot);
        else response.end('{"hits": [], "total": 0}');
      });
      const sdp = createSdpHttp({
        url: server.url,
        trust: { kind: 'ca', pem: certificate.cert },
        credentials: fixedCredentials({ user: 'operator', password: 'planted' }),
        verbTimeoutMs: 5_000,
        log: silentLog,
      });
      return { sdp, seen, ...server };
    };
    const oneSnapshot = JSON.stringify({
      hits: [{ id: 3, short_name: 's1', source: null, volume_group: null, creation_time: 1 }],
      total: 1,
    });

    it('reads once more', async () => {
      const { sdp, seen, connections } = await startHangingUp('none');
      await sdp.locateVolumes(['aaa']);
      for (const socket of connections) socket.destroy();
      expect(await sdp.locateVolumes(['aaa'])).toEqual([]);
      expect(seen.filter((call) => call === 'GET /api/v2/volumes')).toHaveLength(2);
      expect(connections).toHaveLength(2);
    });

    it('removes once more, having looked', async () => {
      const { sdp, seen } = await startHangingUp('DELETE');
      await sdp.removeSnapshot('s1');
      expect(seen).toEqual([
        'GET /api/v2/snapshots',
        'DELETE /api/v2/snapshots/3',
        'GET /api/v2/snapshots',
        'DELETE /api/v2/snapshots/3',
      ]);
    });

    it('creates once more only after it has looked', async () => {
      const { sdp, seen } = await startHangingUp('POST');
      await expect(sdp.ensureHost({ name: 'db1', os: 'Linux', iqn: 'iqn.test:1' })).rejects.toThrow();
      expect(seen.slice(0, 4)).toEqual([
        'GET /api/v2/hosts',
        'POST /api/v2/hosts',
        'GET /api/v2/hosts',
        'POST /api/v2/hosts',
      ]);
    });
  });
});
