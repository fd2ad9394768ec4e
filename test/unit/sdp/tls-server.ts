import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { X509Certificate } from 'node:crypto';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { TLSSocket, TlsOptions } from 'node:tls';
import { createServer as createTlsServer } from 'node:tls';
import { generate } from 'selfsigned';

export interface ServerCertificate {
  readonly key: string;
  /** Its own authority too. */
  readonly cert: string;
  readonly sha256: string;
}

/** Certificate of 127.0.0.1 that signs itself. */
export const makeCertificate = async (validity: { readonly notAfterDate?: Date } = {}): Promise<ServerCertificate> => {
  const made = await generate([{ name: 'commonName', value: 'array.test' }], {
    keyType: 'ec',
    notBeforeDate: new Date('2020-01-01T00:00:00Z'),
    notAfterDate: new Date('2049-01-01T00:00:00Z'),
    ...validity,
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
    ],
  });
  return { key: made.private, cert: made.cert, sha256: new X509Certificate(made.cert).fingerprint256 };
};

export interface TestServer {
  readonly url: string;
  /** TCP connections since the start. */
  readonly connections: Socket[];
  /** What came through TLS, on servers that do not speak HTTP. */
  readonly heard: string[];
  close(): Promise<void>;
}

const listening = async (server: Server, connections: Socket[], heard: string[], port = 0): Promise<TestServer> => {
  server.on('connection', (socket) => connections.push(socket));
  // Handshakes that the client ends are what some tests are about.
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${address.port}`,
    connections,
    heard,
    close: () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of connections) socket.destroy();
      return closed;
    },
  };
};

/** HTTPS, answered by `answer`. */
export const startHttps = (
  { key, cert }: ServerCertificate,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  { port, ...options }: TlsOptions & { readonly port?: number } = {},
): Promise<TestServer> => listening(createServer({ key, cert, ...options }, answer), [], [], port);

/** TLS and nothing above it: notes what it is told and does not answer. */
export const startTls = (
  { key, cert }: ServerCertificate,
  onConnection: (socket: TLSSocket) => void = () => undefined,
  options: TlsOptions = {},
): Promise<TestServer> => {
  const heard: string[] = [];
  const server = createTlsServer({ key, cert, ...options }, (socket) => {
    socket.on('data', (chunk: Buffer) => heard.push(chunk.toString('utf8')));
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  return listening(server, [], heard);
};

/** Takes connections and never says a word. */
export const startMute = (): Promise<TestServer> => listening(createTcpServer(), [], []);
