/** Starting and stopping servers that only this machine can reach. */
import type { IncomingMessage, Server } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface LoopbackServer {
  readonly port: number;
  /** Ends open connections too, so that nothing keeps the process alive. */
  stop(): Promise<void>;
}

const boundPort = (address: AddressInfo | string | null): number => {
  if (address === null || typeof address === 'string') throw new Error('the server has no TCP port');
  return address.port;
};

/** Binds `server` to 127.0.0.1; port 0 takes a free one. Rejects with the bind error, such as EADDRINUSE. */
export const listenOnLoopback = async (server: Server | SecureServer, port = 0): Promise<LoopbackServer> => {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
  return {
    port: boundPort(server.address()),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
}

/** The request's body as UTF-8 text; BodyTooLarge past `limitBytes`, after which the rest is read and dropped. */
export const readBody = async (request: IncomingMessage, limitBytes: number): Promise<string> => {
  // No encoding is set on it, so it gives bytes.
  const pieces: AsyncIterable<Buffer> = request;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.length;
    if (bytes <= limitBytes) chunks.push(piece);
  }
  if (bytes > limitBytes) throw new BodyTooLarge(`the body is over ${limitBytes} bytes`);
  return Buffer.concat(chunks).toString('utf8');
};
