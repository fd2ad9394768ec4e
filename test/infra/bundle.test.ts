import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';

import { bundleFunctions, type Bundle } from '../../infra/bundle.ts';
import { temporaryFolder } from './temporary-folder.ts';

const functions = fileURLToPath(new URL('./bundle-fixture/functions', import.meta.url));
const bundles = join(temporaryFolder('reprise-bundles-'), 'dist');
const file = join(bundles, 'steps-probe', 'index.mjs');

type Handler = (event: unknown, context: unknown) => Promise<unknown>;
const Loaded = z.object({ handler: z.custom<Handler>((value) => typeof value === 'function') });
/** middy reads the remaining time from the Lambda context. */
const lambdaContext = { getRemainingTimeInMillis: () => 1000 };
const invoke = async (event: unknown): Promise<unknown> =>
  Loaded.parse(await import(pathToFileURL(file).href)).handler(event, lambdaContext);

describe('bundleFunctions', () => {
  let bundled: readonly Bundle[] = [];
  beforeAll(async () => {
    mkdirSync(join(bundles, 'steps-gone'), { recursive: true });
    writeFileSync(join(bundles, 'steps-gone', 'index.mjs'), '');
    vi.stubEnv('AWS_REGION', 'us-east-1');
    bundled = await bundleFunctions({ functions, bundles });
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.stubEnv('AWS_REGION', 'us-east-1');
  });

  it('keeps four SDK clients, middy, logger and schemas well under the budget', () => {
    expect(bundled).toEqual([{ folder: 'steps-probe', bytes: expect.any(Number) }]);
    expect(bundled[0]?.bytes).toBeLessThan(400_000);
  });

  it('writes the map beside the code, without the sources', () => {
    expect(readFileSync(file, 'utf8')).toMatch(/sourceMappingURL=index\.mjs\.map\s*$/);
    expect(JSON.parse(readFileSync(`${file}.map`, 'utf8'))).not.toHaveProperty('sourcesContent');
  });

  it('leaves out the browser parser and every credential source but the environment', () => {
    const map = z.object({ sources: z.array(z.string()) }).parse(JSON.parse(readFileSync(`${file}.map`, 'utf8')));
    expect(
      map.sources.filter((source) => /bowser|credential-provider-(?!env)|nested-clients|\/imds/.test(source)),
    ).toEqual([]);
  });

  it('exports handler and make, and runs', async () => {
    const loaded: unknown = await import(pathToFileURL(file).href);
    expect(Object.keys(z.looseObject({}).parse(loaded)).sort()).toEqual(['handler', 'make']);
  });

  it('keeps the names of domain errors', async () => {
    await expect(invoke({})).rejects.toMatchObject({ name: 'BadRequest', message: 'no key' });
  });

  it('reads credentials from the environment', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'id');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    vi.stubEnv('AWS_SESSION_TOKEN', 'session');
    await expect(invoke({ key: 'credentials' })).resolves.toMatchObject({
      accessKeyId: 'id',
      secretAccessKey: 'secret',
      sessionToken: 'session',
    });
  });

  it('removes folders of functions that are gone', () => {
    expect(existsSync(join(bundles, 'steps-gone'))).toBe(false);
  });

  it('writes the same bytes for the same sources', async () => {
    const before = readFileSync(file, 'utf8') + readFileSync(`${file}.map`, 'utf8');
    await bundleFunctions({ functions, bundles });
    expect(readFileSync(file, 'utf8') + readFileSync(`${file}.map`, 'utf8')).toBe(before);
  });
});
