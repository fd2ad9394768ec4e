/** `npm run demo`: everything in a temporary folder and on free ports, and nothing of it left at the end. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { removeElsewhere } from '../site/elsewhere.ts';
import { stopSignal } from '../site/stop-signals.ts';
import { type DemoReport, jsonLine, table } from './demo-report.ts';
import { processesIn } from './leftovers.ts';
import { progressOn } from './progress.ts';
import { runDemo } from './run-demo.ts';

/** Some 50 MB: enough to be seen, loaded in a few seconds. */
const defaultRows = 300_000;
const mostRows = 50_000_000;

const rowCount = (text: string): number => {
  const rows = Number(text);
  if (!/^\d+$/.test(text) || rows < 1 || rows > mostRows)
    throw new InvalidArgumentError(`must be a whole number from 1 to ${String(mostRows)}.`);
  return rows;
};

const command = new Command('demo')
  .description(
    'Clones and refreshes a PostgreSQL database through the API and proves by SQL that the copies are right.',
  )
  .option('--rows <n>', 'how many rows to load', rowCount, defaultRows)
  .option('--json', 'one JSON object as the last line of standard output; progress on standard error', false)
  .parse();
const { rows, json } = z.object({ rows: z.number(), json: z.boolean() }).parse(command.opts());

/** The folder goes whatever happened; what cannot be ended is told. */
async function withTemporaryFolder(work: (dataDir: string) => Promise<DemoReport>): Promise<DemoReport> {
  const dataDir = await mkdtemp(join(tmpdir(), 'reprise-demo-'));
  // PostgreSQL may run as another user, who must be able to walk to its volumes.
  await chmod(dataDir, 0o711);
  const report = await work(dataDir);
  const folders = [dataDir, ...(await removeElsewhere(dataDir))];
  await rm(dataDir, { recursive: true, force: true });
  const processes = await processesIn(folders);
  if (processes.length === 0) return report;
  return {
    ...report,
    ok: false,
    error: report.error ?? 'processes were left',
    leftovers: [...report.leftovers, ...processes],
  };
}

const out = json ? process.stderr : process.stdout;
const progress = progressOn(out);
const stop = stopSignal();
progress.say('Reprise demo: a PostgreSQL database is cloned and refreshed through the API and compared by SQL\n');
const report = await withTemporaryFolder((dataDir) => runDemo({ dataDir, rows, progress, stop }));
progress.say(`\n${table(report.steps)}`);
progress.say(report.ok ? '\nEverything fits.' : `\nFailed: ${report.error ?? ''}`);
if (json) process.stdout.write(`${jsonLine(report)}\n`);
process.exitCode = report.ok ? 0 : 1;
