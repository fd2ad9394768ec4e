/** Secrets of the embedded cloud: those it was started with, and those made since, which a restart finds again. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

export interface KeptSecrets {
  get(name: string): string | undefined;
  put(name: string, value: string): void;
}

const Made = z.record(z.string(), z.string());

function read(file: string): z.infer<typeof Made> {
  try {
    return Made.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
}

/** Made ones are in a file of `dataDir` that only its owner reads. `given` win. */
export function openSecrets(dataDir: string, given: Readonly<Record<string, string>>): KeptSecrets {
  const file = join(dataDir, 'made-secrets.json');
  const made = new Map(Object.entries(read(file)));
  return {
    get: (name) => (Object.hasOwn(given, name) ? given[name] : made.get(name)),
    put: (name, value) => {
      made.set(name, value);
      writeFileSync(`${file}.new`, JSON.stringify(Object.fromEntries(made)), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
  };
}
