import { constants } from 'node:crypto';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { ArrayTrust } from '../../ports/sdp.ts';
import { normalFingerprint, NotThePinnedCertificate, presentedFingerprint } from './certificate.ts';

/** Opens a connection that carries nothing before the peer's certificate has passed. */
export type TlsConnect = (options: ConnectionOptions) => TLSSocket;

/**
 * What is written to the socket waits in our memory (it is corked) until the handshake is done and the certificate is
 * the expected one; otherwise the socket is destroyed with what it held.
 *
 * With a fingerprint, only the leaf counts: neither who signed it, nor its names, nor its dates. An expired certificate
 * that is pinned is accepted, because the pin is the trust, and a clone must not fail at midnight.
 *
 * Sessions are never resumed and never renegotiated: each connection shows its certificate exactly once.
 *
 * @throws TypeError when the fingerprint is none.
 */
export const createTlsConnect = (trust: ArrayTrust): TlsConnect => {
  const pinned = trust.kind === 'fingerprint' ? normalFingerprint(trust.sha256) : undefined;
  // Said outright, or NODE_TLS_REJECT_UNAUTHORIZED would decide.
  const verification: ConnectionOptions = {
    rejectUnauthorized: pinned === undefined,
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    ...(trust.kind === 'ca' ? { ca: trust.pem } : {}),
  };
  return (options) => {
    const socket = connect({ ...options, ...verification });
    socket.cork();
    socket.once('secureConnect', () => {
      const presented = presentedFingerprint(socket);
      if (pinned !== undefined && presented !== pinned) {
        socket.destroy(new NotThePinnedCertificate(presented ?? 'none'));
        return;
      }
      socket.uncork();
    });
    return socket;
  };
};
