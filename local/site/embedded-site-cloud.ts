/** The embedded cloud as the cloud of a site: the product's own sources, synthesized into the site's folder. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildApp } from '../../infra/build-app.ts';
import type { EnvironmentOverrides } from '../../infra/environments.ts';
import { type EmbeddedCloud, startEmbeddedCloud } from '../cloud/embedded-cloud.ts';
import { refuseBusyPort } from './port-check.ts';
import type { CloudContext, CloudStarter } from './site-cloud.ts';

export interface EmbeddedSettings {
  /** Of the API; 0 takes a free one. */
  readonly port: number;
  /** How often the sweeper runs. */
  readonly sweepIntervalMs?: number;
  /** Timing of the deployment, for tests of what happens when somebody falls silent. */
  readonly environment?: EnvironmentOverrides;
}

const repository = fileURLToPath(new URL('../..', import.meta.url));

async function synthesize(context: CloudContext, overrides: EnvironmentOverrides): Promise<string> {
  const outdir = join(context.dataDir, 'assembly');
  const settings = { ...overrides, array: { ...context.array, ...overrides.array } };
  await Promise.resolve(buildApp('embedded', { environment: settings, outdir }).synth());
  return outdir;
}

export const embeddedSiteCloud = ({
  port,
  sweepIntervalMs = 5000,
  environment = {},
}: EmbeddedSettings): CloudStarter<EmbeddedCloud> => ({
  check: () => refuseBusyPort(port),
  start: async (context) =>
    startEmbeddedCloud({
      assemblyDir: await synthesize(context, environment),
      dataDir: join(context.dataDir, 'cloud'),
      port,
      secrets: context.secrets,
      sourceRoot: repository,
      sweepIntervalMs,
      log: context.logs.cloud,
      functionOutput: context.logs.functions,
    }),
});
