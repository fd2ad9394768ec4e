/** What a request says of an array: where it is, and how it proves who it is. Credentials are never sent to us. */
import { X509Certificate } from 'node:crypto';
import * as z from 'zod/mini';
import { arrayAddress } from '../../../shared/adapters/sdp-http/array-address.ts';
import { normalFingerprint } from '../../../shared/adapters/sdp-http/certificate.ts';
import type { ArrayTrust } from '../../../shared/domain/array.ts';
import type { ArrayConnector } from '../../../shared/ports/arrays.ts';
import { arraySecretPrefix } from './secret-prefix.ts';

/** As arrays name themselves (`system_id`); one that fits into a path. */
export const SdpId = z.string().check(z.maxLength(64), z.regex(/^[^/\u0000-\u001f\u007f]+$/));
export const SdpPath = z.object({ sdp_id: SdpId });

const succeeds = (parse: () => unknown): boolean => {
  try {
    parse();
    return true;
  } catch {
    return false;
  }
};

const Url = z.string().check(
  z.maxLength(1024),
  z.refine((url) => succeeds(() => arrayAddress(url)), 'must be https://host[:port][/path], without credentials'),
);
const SecretId = z.string().check(
  z.maxLength(512),
  z.refine((name) => name.startsWith(arraySecretPrefix), `must begin with ${arraySecretPrefix}`),
  z.regex(/^[A-Za-z0-9/_+=.@-]+$/),
);
const CaPem = z.string().check(
  z.maxLength(64 * 1024),
  z.refine((pem) => succeeds(() => new X509Certificate(pem)), 'must be a certificate in PEM'),
);
const Sha256 = z.string().check(z.regex(/^([0-9a-fA-F]{2}:?){31}[0-9a-fA-F]{2}$/));

const trustFields = {
  ca_pem: z.optional(CaPem),
  certificate_sha256: z.optional(Sha256),
  trust_presented_certificate: z.optional(z.literal(true)),
  system_ca: z.optional(z.literal(true)),
};
interface TrustGiven {
  readonly ca_pem?: string | undefined;
  readonly certificate_sha256?: string | undefined;
  readonly trust_presented_certificate?: true | undefined;
  readonly system_ca?: true | undefined;
}

const trustNames = ['ca_pem', 'certificate_sha256', 'trust_presented_certificate', 'system_ca'] as const;
const isOneTrust = (given: TrustGiven): boolean => trustNames.filter((name) => given[name] !== undefined).length <= 1;
const oneTrust = `must have at most one of ${trustNames.join(', ')}`;

export const NewSdp = z.object({ url: Url, secret_id: SecretId, ...trustFields }).check(z.refine(isOneTrust, oneTrust));

const ChangeFields = z.object({ url: z.optional(Url), secret_id: z.optional(SecretId), ...trustFields });
export const SdpChange = ChangeFields.check(
  z.refine(isOneTrust, oneTrust),
  z.refine((given) => Object.values(given).some((value) => value !== undefined), 'must change something'),
);

/** Undefined when the request says nothing of it. The certificate shown at `url` now is read when it is to be pinned. */
export async function trustOf(
  connector: Pick<ArrayConnector, 'presentedCertificate'>,
  url: string,
  given: TrustGiven,
): Promise<ArrayTrust | undefined> {
  if (given.ca_pem !== undefined) return { kind: 'ca', pem: given.ca_pem };
  if (given.certificate_sha256 !== undefined) {
    return { kind: 'fingerprint', sha256: normalFingerprint(given.certificate_sha256) };
  }
  if (given.trust_presented_certificate === true) {
    return { kind: 'fingerprint', sha256: (await connector.presentedCertificate(url)).sha256 };
  }
  return given.system_ca === true ? { kind: 'system' } : undefined;
}
