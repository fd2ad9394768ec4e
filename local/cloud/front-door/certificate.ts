/** The front door's TLS identity: a certificate for this machine, and the authority that callers trust. */
import { X509Certificate } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeCertificateChain } from '../../array/tls.ts';

export interface Certificate {
  /** PEM file to trust. */
  readonly caFile: string;
  readonly cert: string;
  readonly key: string;
}

const day = 86_400_000;
const lifetimeDays = 365;

const readOrNull = async (file: string): Promise<string | null> => {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
};

const lastsADay = (pem: string): boolean => Date.parse(new X509Certificate(pem).validTo) > Date.now() + day;

const isWhole = (ca: string, cert: string): boolean =>
  new X509Certificate(cert).verify(new X509Certificate(ca).publicKey);

/** Under another name first, so that a reader never sees half a file. */
const replaceFile = async (file: string, content: string, mode: number): Promise<void> => {
  const draft = `${file}.${process.pid}.new`;
  await writeFile(draft, content, { mode });
  await rename(draft, file);
};

/**
 * Keeps `DIR/tls/ca.pem`, `server.pem` and `key.pem` (0600) across restarts; makes them when one is absent or about to
 * expire. The authority is written last: half a set does not verify, and the next start makes a whole one.
 */
export const keptCertificate = async (dataDir: string): Promise<Certificate> => {
  const folder = path.join(dataDir, 'tls');
  const [caFile, certFile, keyFile] = [
    path.join(folder, 'ca.pem'),
    path.join(folder, 'server.pem'),
    path.join(folder, 'key.pem'),
  ];
  const [ca, cert, key] = await Promise.all([readOrNull(caFile), readOrNull(certFile), readOrNull(keyFile)]);
  if (ca !== null && cert !== null && key !== null && isWhole(ca, cert) && lastsADay(cert))
    return { caFile, cert, key };
  const made = await makeCertificateChain('Reprise front door CA', lifetimeDays);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await replaceFile(keyFile, made.key, 0o600);
  await replaceFile(certFile, made.cert, 0o644);
  await replaceFile(caFile, made.ca, 0o644);
  return { caFile, cert: made.cert, key: made.key };
};
