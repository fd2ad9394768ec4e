/**
 * Codes of a TLS handshake that fails because of the array's certificate. Repeating is useless: somebody must correct
 * `SDP_CA_FILE` or the certificate.
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

/** The code of the failure when it is about the certificate, else undefined. */
export const certificateFailure = (error: unknown): string | undefined => {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return certificateCodes.test(error.code) ? error.code : undefined;
};
