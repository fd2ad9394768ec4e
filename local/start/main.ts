/** `npm start`: the site, kept up until a signal ends it. Prints `ready URL` alone on a line when all of it is there. */
import { once } from 'node:events';
import { resolve } from 'node:path';
import type { Admin } from '../site/admin-user.ts';
import { type Site, startSite } from '../site/site.ts';
import { Interrupted, stopSignal } from '../site/stop-signals.ts';
import { fixtures } from './fixtures.ts';
import { readStartSettings, type StartSettings } from './start-options.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const about = (name: string, text: string): void => say(`  ${name.padEnd(6)}  ${text}`);

function tellAdmin({ user, password, isNew }: Admin): void {
  if (isNew && password !== undefined) about('admin', `user ${user}, password ${password} (shown only this once)`);
  else if (password === undefined) about('admin', `user ${user}, password as shown at the first start`);
  else about('admin', `user ${user}, password from REPRISE_ADMIN_PASSWORD`);
}

function tellSite(site: Site): void {
  about('array', site.array.url);
  if (site.hosts.size > 0) about('hosts', [...site.hosts.keys()].sort().join(', '));
  about('vault', `Secrets Manager at ${site.cloud.endpoints.secrets}, for accounts of more arrays`);
  about('trust', site.caFile);
  about('logs', `${site.dataDir}/logs`);
}

async function start(settings: StartSettings, stop: AbortSignal): Promise<void> {
  const dataDir = resolve(settings.data);
  say(`Reprise is starting; its data is in ${dataDir}`);
  const site = await startSite({
    dataDir,
    port: settings.port,
    admin: settings.admin,
    hosts: settings.fixture === undefined ? [] : fixtures[settings.fixture],
    report: (line) => {
      about('note', line);
    },
    onAdmin: tellAdmin,
    stop,
  });
  try {
    tellSite(site);
    say(`ready ${site.url}`);
    if (!stop.aborted) await once(stop, 'abort');
  } finally {
    say('stopping');
    await site.stop();
  }
}

/** What the reader can do something about, without a stack. */
function explain(error: unknown): string {
  if (error instanceof AggregateError) return [error.message, ...error.errors.map(explain)].join('; ');
  return error instanceof Error ? error.message : String(error);
}

const settings = readStartSettings(process.argv, process.env);
const stop = stopSignal();
try {
  await start(settings, stop);
  process.exit(0);
} catch (error) {
  if (error instanceof Interrupted) process.exit(0);
  process.stderr.write(`Reprise could not go on: ${explain(error)}\n`);
  process.exit(1);
}
