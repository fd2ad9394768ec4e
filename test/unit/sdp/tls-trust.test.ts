import type { ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { NoAnswer } from '../../../shared/adapters/sdp-http/no-answer.ts';
import { readPresentedCertificate } from '../../../shared/adapters/sdp-http/presented-certificate.ts';
import { createSdpHttp } from '../../../shared/adapters/sdp-http/sdp-http.ts';
import { createTlsTransport } from '../../../shared/adapters/sdp-http/tls-transport.ts';
import { silentLog } from '../../../shared/ports/log.ts';
import type { ArrayTrust } from '../../../shared/ports/sdp.ts';
import { fixedCredentials } from './fixed-credentials.ts';
import {
  makeCertificate,
  startHttps,
  startMute,
  startTls,
  type ServerCertificate,
  type TestServer,
} from './tls-server.ts';

const get = { method: 'GET', path: '/system/state', timeoutMs: 5_000 } as const;
const authorization = 'Basic cGxhbnRlZA==';

describe('trust in an array', () => {
  let own: ServerCertificate;
  let other: ServerCertificate;
  const servers: TestServer[] = [];
  const started = async (starting: Promise<TestServer>): Promise<TestServer> => {
    const server = await starting;
    servers.push(server);
    return server;
  };
  const pin = ({ sha256 }: ServerCertificate): ArrayTrust => ({ kind: 'fingerprint', sha256 });
  const describeOver = (url: string, trust: ArrayTrust) =>
    createSdpHttp({
      url,
      trust,
      credentials: fixedCredentials({ user: 'operator', password: 'planted' }),
      verbTimeoutMs: 5_000,
      log: silentLog,
    }).describe();

  beforeAll(async () => {
    [own, other] = await Promise.all([makeCertificate(), makeCertificate()]);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  it.each([
    ['its authority', (): ArrayTrust => ({ kind: 'ca', pem: own.cert })],
    ['its fingerprint', () => pin(own)],
    [
      'its fingerprint in small letters without colons',
      (): ArrayTrust => {
        return { kind: 'fingerprint', sha256: own.sha256.replaceAll(':', '').toLowerCase() };
      },
    ],
  ])('speaks to an array known by %s', async (_, trust) => {
    const { url } = await started(startHttps(own, (_request, response) => response.end('{}')));
    expect((await createTlsTransport({ url, trust: trust() })(get, authorization)).status).toBe(200);
  });

  it('speaks to an expired array whose certificate is pinned, and not when its authority is trusted', async () => {
    const expired = await makeCertificate({ notAfterDate: new Date('2021-01-01T00:00:00Z') });
    const { url } = await started(startHttps(expired, (_request, response) => response.end('{}')));
    expect((await createTlsTransport({ url, trust: pin(expired) })(get, authorization)).status).toBe(200);
    await expect(describeOver(url, { kind: 'ca', pem: expired.cert })).rejects.toMatchObject({
      code: 'ArrayRefused',
      message: expect.stringContaining('its certificate is not trusted (CERT_HAS_EXPIRED)'),
    });
  });

  it.each([['0'], ['1']])(
    'sends not one byte to an array that is not the trusted one, with NODE_TLS_REJECT_UNAUTHORIZED=%s',
    async (flag) => {
      vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', flag);
      const ended: Promise<unknown>[] = [];
      const { url, heard, connections } = await started(
        startTls(own, (socket) => ended.push(new Promise((resolve) => socket.once('close', resolve)))),
      );
      const trusts: ArrayTrust[] = [pin(other), { kind: 'ca', pem: other.cert }, { kind: 'system' }];
      const messages = await Promise.all(
        trusts.map((trust) =>
          describeOver(url, trust).then(
            () => 'trusted',
            (error: unknown) => String(error),
          ),
        ),
      );
      await Promise.all(ended);
      expect(messages).toEqual([
        `ArrayRefused: the array refused to say what it is: its certificate is not the pinned one (presented ${own.sha256})`,
        expect.stringMatching(/^ArrayRefused: .*its certificate is not trusted \(\w+\)$/),
        expect.stringMatching(/^ArrayRefused: .*its certificate is not trusted \(\w+\)$/),
      ]);
      expect(heard).toEqual([]);
      // A wrong certificate stays wrong: nobody tries again.
      expect(connections).toHaveLength(trusts.length);
    },
  );

  it('checks every connection anew: none resumes the session of an earlier one', async () => {
    const resumed: boolean[] = [];
    const { url, connections } = await started(
      startHttps(own, (request, response) => {
        if (request.socket instanceof TLSSocket) resumed.push(request.socket.isSessionReused());
        response.writeHead(200, { connection: 'close' }).end('{}');
      }),
    );
    const send = createTlsTransport({ url, trust: pin(own) });
    for (const round of [1, 2, 3]) {
      await send(get, authorization);
      expect(connections).toHaveLength(round);
    }
    expect(resumed).toEqual([false, false, false]);
  });

  it('lets no array show another certificate on a connection that is checked', async () => {
    const { url } = await started(
      startTls(
        own,
        (socket) => {
          // Answers under what it has shown last, and only then.
          const answer = () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');
          socket.once('data', () => socket.renegotiate({}, (error) => error ?? answer()));
        },
        { maxVersion: 'TLSv1.2' },
      ),
    );
    const send = createTlsTransport({ url, trust: pin(own) });
    await expect(send({ ...get, timeoutMs: 500 }, authorization)).rejects.toBeInstanceOf(NoAnswer);
  });

  it('refuses the array that takes over an address and its session tickets', async () => {
    const ticketKeys = Buffer.alloc(48, 7);
    const hangUp = { connection: 'close' };
    const first = await startHttps(own, (_request, response) => response.writeHead(200, hangUp).end('{}'), {
      ticketKeys,
    });
    const send = createTlsTransport({ url: first.url, trust: pin(own) });
    await send(get, authorization);
    await first.close();
    let asked = 0;
    const impostor = (_request: unknown, response: ServerResponse) => response.end(String((asked += 1)));
    await started(startHttps(other, impostor, { ticketKeys, port: Number(new URL(first.url).port) }));
    await expect(send(get, authorization)).rejects.toThrow(`not the pinned one (presented ${other.sha256})`);
    expect(asked).toBe(0);
  });

  it.each([['12:34'], ['x'.repeat(64)], ['']])('does not take %j for a fingerprint', (sha256) => {
    const trust: ArrayTrust = { kind: 'fingerprint', sha256 };
    expect(() => createTlsTransport({ url: 'https://127.0.0.1', trust })).toThrow(TypeError);
  });

  it('reads the certificate that an array shows, and tells it nothing', async () => {
    const { url, heard } = await started(startTls(own));
    expect(await readPresentedCertificate(url, 5_000)).toEqual({
      sha256: own.sha256,
      subject: 'CN=array.test',
      issuer: 'CN=array.test',
      validToSeconds: Date.UTC(2049, 0, 1) / 1000,
    });
    expect(heard).toEqual([]);
  });

  it('reads no certificate where nobody shows one in time', async () => {
    const unavailable = { code: 'ArrayUnavailable', message: expect.stringContaining('show its certificate') };
    const silent = await started(startTls(own));
    await silent.close();
    servers.pop();
    await expect(readPresentedCertificate(silent.url, 5_000)).rejects.toMatchObject(unavailable);
    const mute = await startMute();
    await expect(readPresentedCertificate(mute.url, 50)).rejects.toMatchObject(unavailable);
    await mute.close();
    await expect(Promise.resolve().then(() => readPresentedCertificate('http://array', 50))).rejects.toThrow(TypeError);
  });
});
