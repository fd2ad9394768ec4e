/** Starts `site-process.ts` and says how to end it, gently or as a crash of the machine would. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type ApiClient, connectApi, logIn } from '../../../local/site/api-client.ts';
import type { BedOptions } from './bed.ts';
import { admin } from './site-bed.ts';

const Ready = z.object({
  url: z.string(),
  caFile: z.string(),
  array: z.object({ url: z.string(), caFile: z.string(), user: z.string(), password: z.string() }),
});

export interface SeparateSite {
  readonly api: ApiClient;
  readonly array: z.infer<typeof Ready>['array'];
  /** Kills cloud, array and agents at once; the database servers are daemons of their own and live on. */
  kill(): Promise<void>;
  /** Ends it in good order. */
  stop(): Promise<void>;
}

export async function startSeparateSite(dataDir: string, hosts: BedOptions['hosts']): Promise<SeparateSite> {
  const script = fileURLToPath(new URL('site-process.ts', import.meta.url));
  const errors = openSync(join(dataDir, 'separate-site.log'), 'a');
  const child = spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), script, dataDir, JSON.stringify(hosts)],
    {
      stdio: ['pipe', 'pipe', errors],
      detached: true,
    },
  );
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error('the site has no pipes');
  const exited = once(child, 'exit');
  const ready = new Promise<string>((tell) => {
    createInterface({ input: stdout }).on('line', (line) => {
      if (line.startsWith('ready ')) tell(line.slice('ready '.length));
    });
  });
  const line = await Promise.race([ready, exited.then(() => undefined)]);
  if (line === undefined || child.pid === undefined) throw new Error('the site ended before it was ready');
  const { pid } = child;
  const { url, caFile, array } = Ready.parse(JSON.parse(line));
  const anonymous = await connectApi(url, caFile);
  return {
    api: await logIn(anonymous, admin.user, admin.password),
    array,
    kill: async () => {
      process.kill(-pid, 'SIGKILL');
      await exited;
      await anonymous.close();
    },
    stop: async () => {
      await anonymous.close();
      stdin.end();
      await exited;
    },
  };
}
