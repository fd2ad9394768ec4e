/** The TLS identity and account of the array that functions are deployed for, before any array runs. */
import { join } from 'node:path';
import { type ArrayProcess, startArray } from '../../local/array/array-process.ts';
import { lastingPort } from '../../local/localstack/lasting-port.ts';
import { newPassword } from '../../local/site/site-secrets.ts';
import type { DeployedLocalStack } from '../e2e/bed/deployed-localstack.ts';

export type ArrayIdentity = DeployedLocalStack['array'] & { readonly url: string; readonly caFile: string };

/** Starts an array once on a folder of its own, so that it makes its identity there. */
export async function makeArrayIdentity(dataDir: string): Promise<ArrayIdentity> {
  const password = newPassword();
  const port = await lastingPort();
  const array: ArrayProcess = await startArray({ dataDir, port, user: 'reprise', password });
  await array.stop();
  return { port, password, tlsDir: join(dataDir, 'tls'), url: array.url, caFile: array.caFile };
}
