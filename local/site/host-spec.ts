/** Which hosts a site has: those asked for, and those its data folder remembers. */
import { readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readIfThere } from './read-if-there.ts';

const HostSpec = z.object({
  hostId: z.string(),
  vendor: z.enum(['mssql', 'postgres']),
  databases: z.array(z.string()).readonly(),
});
/** A host and the databases made for it. */
export type HostSpec = Readonly<z.infer<typeof HostSpec>>;

const specFile = (hostsDir: string, hostId: string): string => join(hostsDir, hostId, 'host.json');

export async function rememberSpec(hostsDir: string, spec: HostSpec): Promise<void> {
  const file = specFile(hostsDir, spec.hostId);
  await writeFile(`${file}.new`, JSON.stringify(spec));
  await rename(`${file}.new`, file);
}

/** Every host that an earlier start on the folder made. */
export async function rememberedSpecs(hostsDir: string): Promise<readonly HostSpec[]> {
  const names = await readdir(hostsDir).catch(() => []);
  const texts = await Promise.all(names.map((name) => readIfThere(specFile(hostsDir, name))));
  return texts.flatMap((text) => (text === undefined ? [] : [HostSpec.parse(JSON.parse(text))]));
}
