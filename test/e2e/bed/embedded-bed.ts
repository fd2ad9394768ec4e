/** The bed over the embedded cloud: a whole site in one folder, its cloud in this process. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { keepArraySecret } from '../../../local/localstack/array-secret.ts';
import { startSite } from '../../../local/site/site.ts';
import type { Bed, BedOptions } from './bed.ts';
import { admin, siteBed, siteOnNewFolder } from './site-bed.ts';

/** Starts on a folder that an earlier site used, or on a new one. */
export async function startEmbeddedBed(options: BedOptions, earlierDataDir?: string): Promise<Bed> {
  const sweepIntervalMs = options.sweeps === undefined ? 500 : 60_000;
  const start = (dataDir: string) => startSite({ dataDir, port: 0, admin, sweepIntervalMs, ...options });
  const site = earlierDataDir === undefined ? await siteOnNewFolder(start) : await start(earlierDataDir);
  return siteBed(site, {
    executions: async () =>
      Promise.resolve(
        site.cloud.executions().map((one) => ({
          name: one.request.name,
          status: one.status,
          history: `${one.request.input} ${JSON.stringify(one.history.events)}`,
        })),
      ),
    keepSecret: (name, account) => keepArraySecret(site.cloud.endpoints.secrets, account, name),
    tick: async () => {
      const jobs = site.cloud.app.scheduledRules.map(({ functionName }) => functionName);
      await Promise.all(jobs.map((job) => site.cloud.invoke(job, {})));
    },
    functionLogs: () => readFile(join(site.dataDir, 'logs', 'functions.log'), 'utf8'),
  });
}
