import { createServer, type Server } from 'node:https';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSdpHttp } from '../../../shared/adapters/sdp-http/sdp-http.ts';
import { createTlsTransport } from '../../../shared/adapters/sdp-http/tls-transport.ts';

const certificate = () =>
  generate([{ name: 'commonName', value: '127.0.0.1' }], {
    keySize: 2048,
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
    ],
  });

/** Echoes what it was asked; `/api/v2/stuck` never ends its answer. */
const startEcho = async (
  key: string,
  cert: string,
): Promise<{ url: string; server: Server; sockets: Set<unknown> }> => {
  const sockets = new Set<unknown>();
  const server = createServer({ key, cert }, (request, response) => {
    sockets.add(request.socket);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url, headers } = request;
      response.writeHead(200, { 'content-type': 'application/json' });
      const body = JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString('utf8') });
      if (url === '/api/v2/stuck') response.write(body);
      else response.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `https://127.0.0.1:${address.port}`, server, sockets };
};

describe('TLS transport', () => {
  let caPem = '';
  let otherCaPem = '';
  let echo: Awaited<ReturnType<typeof startEcho>>;
  const credentials = { user: 'operator', password: 'pässword' };

  beforeAll(async () => {
    const own = await certificate();
    caPem = own.cert;
    otherCaPem = (await certificate()).cert;
    echo = await startEcho(own.private, own.cert);
  });
  afterAll(() => {
    echo.server.closeAllConnections();
    echo.server.close();
  });

  it('sends basic credentials, encoded filters and JSON below /api/v2, over one connection', async () => {
    const send = createTlsTransport({ url: `${echo.url}/prefix/`, caPem, ...credentials });
    const query = { 'snapshot.ref': '/snapshots/1', q: 'a b&c' };
    const get = await send({ method: 'GET', path: '/volsnaps', query, timeoutMs: 5_000 });
    const post = await send({ method: 'POST', path: '/hosts', body: { name: 'ä' }, timeoutMs: 5_000 });
    const basic = `Basic ${Buffer.from('operator:pässword').toString('base64')}`;
    expect(JSON.parse(get.text)).toMatchObject({
      method: 'GET',
      url: '/prefix/api/v2/volsnaps?snapshot.ref=%2Fsnapshots%2F1&q=a%20b%26c',
      headers: { authorization: basic },
    });
    expect(JSON.parse(post.text)).toMatchObject({
      body: '{"name":"ä"}',
      headers: { 'content-type': 'application/json' },
    });
    expect(echo.sockets.size).toBe(1);
  });

  it('gives up on an answer that does not end', async () => {
    const send = createTlsTransport({ url: echo.url, caPem, ...credentials });
    await expect(send({ method: 'GET', path: '/stuck', timeoutMs: 50 })).rejects.toThrow();
  });

  it.each([
    ['another authority', () => otherCaPem],
    ['only the public authorities', () => undefined],
  ])('refuses a certificate of the array when it trusts %s', async (_, trusted) => {
    const trustedPem = trusted();
    const sdp = createSdpHttp({
      url: echo.url,
      ...(trustedPem === undefined ? {} : { caPem: trustedPem }),
      ...credentials,
      requestTimeoutMs: 5_000,
    });
    const refused = expect(sdp.describe()).rejects;
    await refused.toMatchObject({
      code: 'ArrayRefused',
      message: expect.stringContaining('certificate is not trusted'),
    });
  });

  it.each([['http://127.0.0.1'], ['https://user:secret@127.0.0.1']])('does not take the address %s', (url) => {
    expect(() => createTlsTransport({ url, ...credentials })).toThrow(TypeError);
  });
});
