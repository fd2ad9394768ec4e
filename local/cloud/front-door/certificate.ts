/** The front door's TLS identity: a certificate for this machine that callers may trust as a CA. */
import { X509Certificate } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { generate } from 'selfsigned';

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

const create = async (): Promise<{ cert: string; private: string }> =>
  generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notAfterDate: new Date(Date.now() + lifetimeDays * day),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });

/** Under another name first, so that a reader never sees half a file. */
const replaceFile = async (file: string, content: string, mode: number): Promise<void> => {
  const draft = `${file}.${process.pid}.new`;
  await writeFile(draft, content, { mode });
  await rename(draft, file);
};

/** Keeps `DIR/tls/ca.pem` and `DIR/tls/key.pem` (0600) across restarts; makes them when absent or about to expire. */
export const keptCertificate = async (dataDir: string): Promise<Certificate> => {
  const folder = path.join(dataDir, 'tls');
  const caFile = path.join(folder, 'ca.pem');
  const keyFile = path.join(folder, 'key.pem');
  const [cert, key] = await Promise.all([readOrNull(caFile), readOrNull(keyFile)]);
  if (cert !== null && key !== null && lastsADay(cert)) return { caFile, cert, key };
  const made = await create();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await replaceFile(keyFile, made.private, 0o600);
  await replaceFile(caFile, made.cert, 0o644);
  return { caFile, cert: made.cert, key: made.private };
};
