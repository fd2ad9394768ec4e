/** Secrets of one data folder: made once, kept in a file only its owner reads. */
import { randomBytes } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readIfThere } from './read-if-there.ts';

const SiteSecrets = z.object({ arrayPassword: z.string(), superuserPassword: z.string() });
export type SiteSecrets = z.infer<typeof SiteSecrets>;

export const newPassword = (): string => randomBytes(18).toString('base64url');

export async function siteSecrets(dataDir: string): Promise<SiteSecrets> {
  const file = join(dataDir, 'secrets.json');
  const kept = await readIfThere(file);
  if (kept !== undefined) return SiteSecrets.parse(JSON.parse(kept));
  const made = { arrayPassword: newPassword(), superuserPassword: newPassword() };
  await mkdir(dataDir, { recursive: true });
  await writeFile(`${file}.new`, JSON.stringify(made), { mode: 0o600 });
  await rename(`${file}.new`, file);
  return made;
}
