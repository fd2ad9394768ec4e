import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { webcrypto } from 'node:crypto';

export interface Certificate {
  readonly key: string;
  readonly cert: string;
  /** What clients verify the array with. */
  readonly caFile: string;
}

const DAY_MS = 86_400_000;
const VALID_DAYS = 3650;
const SHARED_MODE = 0o644;
const SECRET_MODE = 0o600;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

const drawKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);

/**
 * A certificate for localhost and 127.0.0.1 with its key, and that of the new authority that signed it, as PEM. Python from
 * 3.13 on wants both key identifiers of a chain that it verifies.
 */
export async function makeCertificateChain(
  authorityName: string,
  validDays: number,
): Promise<{ readonly ca: string; readonly key: string; readonly cert: string }> {
  // Only the first start needs it, and loading it takes a tenth of a start.
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(webcrypto);
  const issuer = `CN=${authorityName}`;
  const [authority, server] = await Promise.all([drawKeys(), drawKeys()]);
  const validity = {
    notBefore: new Date(),
    notAfter: new Date(Date.now() + validDays * DAY_MS),
    signingAlgorithm: ALGORITHM,
  };
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    name: issuer,
    keys: authority,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authority.publicKey),
    ],
  });
  const cert = await x509.X509CertificateGenerator.create({
    ...validity,
    subject: 'CN=localhost',
    issuer,
    publicKey: server.publicKey,
    signingKey: authority.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
      ]),
      await x509.SubjectKeyIdentifierExtension.create(server.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
    ],
  });
  const key = x509.PemConverter.encode(
    await webcrypto.subtle.exportKey('pkcs8', server.privateKey),
    x509.PemConverter.PrivateKeyTag,
  );
  return { ca: ca.toString('pem'), key, cert: cert.toString('pem') };
}

async function write(path: string, text: string, mode: number): Promise<void> {
  await writeFile(path, text, { mode });
  await chmod(path, mode);
}

/** The certificate of 127.0.0.1 and localhost, made at the first start and kept. The authority's own key is not kept. */
export async function loadCertificate(folder: string): Promise<Certificate> {
  const [caFile, keyFile, certFile] = [join(folder, 'ca.pem'), join(folder, 'server.key'), join(folder, 'server.pem')];
  // ca.pem is written last: without it the set is not complete and is made again.
  if (!existsSync(caFile)) {
    await mkdir(folder, { recursive: true });
    const pair = await makeCertificateChain('Reprise demo array CA', VALID_DAYS);
    await write(keyFile, pair.key, SECRET_MODE);
    await write(certFile, pair.cert, SHARED_MODE);
    await write(caFile, pair.ca, SHARED_MODE);
  }
  return { key: await readFile(keyFile, 'utf8'), cert: await readFile(certFile, 'utf8'), caFile };
}
