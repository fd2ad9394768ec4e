import type { TLSSocket } from 'node:tls';

/** The array showed another certificate than the pinned one. Nothing was sent to it. */
export class NotThePinnedCertificate extends Error {
  constructor(presented: string) {
    super(`its certificate is not the pinned one (presented ${presented})`);
  }
}

/** SHA-256 of the leaf, hex pairs with colons; undefined when the peer showed none. */
export const presentedFingerprint = (socket: TLSSocket): string | undefined =>
  socket.getPeerX509Certificate()?.fingerprint256;

/** @throws TypeError when `sha256` is not 64 hex digits. */
export const normalFingerprint = (sha256: string): string => {
  const digits = sha256.replaceAll(':', '').toUpperCase();
  if (!/^[0-9A-F]{64}$/.test(digits)) throw new TypeError('a fingerprint is the 64 hex digits of a SHA-256');
  return digits.replace(/(..)(?!$)/g, '$1:');
};

/**
 * Codes of a TLS handshake that fails because of the array's certificate. Repeating is useless: somebody must correct
 * what is trusted, or the certificate.
 */
const certificateCodes = new RegExp(
  [
    '^CERT_',
    '^ERR_TLS_CERT_ALTNAME',
    '^SELF_SIGNED_CERT_IN_CHAIN$',
    '^DEPTH_ZERO_SELF_SIGNED_CERT$',
    '^UNABLE_TO_VERIFY_LEAF_SIGNATURE$',
    '^UNABLE_TO_GET_ISSUER_CERT',
    '^INVALID_CA$',
    '^HOSTNAME_MISMATCH$',
  ].join('|'),
);

/** What is wrong with the certificate, when the failure is about it. */
export const certificateFailure = (error: unknown): string | undefined => {
  if (error instanceof NotThePinnedCertificate) return error.message;
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return certificateCodes.test(error.code) ? `its certificate is not trusted (${error.code})` : undefined;
};
