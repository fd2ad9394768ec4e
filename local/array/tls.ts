import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generate } from 'selfsigned';

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

async function generatePair(): Promise<{ readonly ca: string; readonly key: string; readonly cert: string }> {
  const validity = {
    keyType: 'ec',
    algorithm: 'sha256',
    notAfterDate: new Date(Date.now() + VALID_DAYS * DAY_MS),
  } as const;
  const authority = await generate([{ name: 'commonName', value: 'Reprise demo array CA' }], {
    ...validity,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...validity,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
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
  return { ca: authority.cert, key: server.private, cert: server.cert };
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
    const pair = await generatePair();
    await write(keyFile, pair.key, SECRET_MODE);
    await write(certFile, pair.cert, SHARED_MODE);
    await write(caFile, pair.ca, SHARED_MODE);
  }
  return { key: await readFile(keyFile, 'utf8'), cert: await readFile(certFile, 'utf8'), caFile };
}
