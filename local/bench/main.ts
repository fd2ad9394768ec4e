/** `npm run bench`: what a clone costs the control plane, and what size costs the demo array. See docs/bench.md. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { connectApi, logIn } from '../site/api-client.ts';
import { removeElsewhere } from '../site/elsewhere.ts';
import { type HostSpec, startSite } from '../site/site.ts';
import { stopSignal } from '../site/stop-signals.ts';
import { arrayTable, benchArray, brokenArrayBudgets } from './array-bench.ts';
import { bestClones, type CloneFigures, measureClone } from './clone-bench.ts';
import { benchTopology, brokenTopologyBudgets, type TopologyFigures } from './topology-bench.ts';
import { watchWire } from './wire-watch.ts';

const wholeNumber = (text: string): number => {
  if (!/^[1-9]\d?$/.test(text)) throw new InvalidArgumentError('must be a whole number from 1 to 99.');
  return Number(text);
};

const options = z.object({ json: z.boolean(), runs: z.number(), engine: z.enum(['mssql', 'postgres']) }).parse(
  new Command('bench')
    .description("Measures the control plane's own share of a clone, and what size costs the demo array.")
    .option('--json', 'one JSON object as the last line of standard output; progress on standard error', false)
    .option('--runs <n>', 'clones per figure, of which the quickest counts', wholeNumber, 5)
    .addOption(new Option('--engine <vendor>', 'of the databases').choices(['mssql', 'postgres']).default('mssql'))
    .parse()
    .opts(),
);

const say = (line: string): void => void (options.json ? process.stderr : process.stdout).write(`${line}\n`);

const admin = { user: 'admin', password: 'bench' } as const;
const hosts: readonly HostSpec[] = [
  { hostId: 'prod1', vendor: options.engine, databases: ['orders'] },
  { hostId: 'dev1', vendor: options.engine, databases: [] },
];

const counts = [1, 10] as const;

const rounded = (figures: CloneFigures): CloneFigures => ({
  ...figures,
  control_plane_seconds: Number(figures.control_plane_seconds.toFixed(3)),
  array_seconds: Number(figures.array_seconds.toFixed(3)),
  agent_seconds: Number(figures.agent_seconds.toFixed(3)),
  total_seconds: Number(figures.total_seconds.toFixed(3)),
});

interface SiteFigures {
  readonly clone: readonly CloneFigures[];
  readonly topology: TopologyFigures;
}

async function bench(dataDir: string, stop: AbortSignal): Promise<SiteFigures> {
  // The sweeper at its real pace, not at the hurried one of the demo.
  const site = await startSite({ dataDir, port: 0, admin, hosts, sweepIntervalMs: 60_000, stop });
  const watch = watchWire(new URL(site.array.url).host);
  const anonymous = await connectApi(site.url, site.caFile);
  try {
    const api = await logIn(anonymous, admin.user, admin.password);
    const clones = { site, api, watch, sourceHost: 'prod1', sourceDatabase: 'orders', destinationHost: 'dev1' };
    say('warming up');
    for (const destinations of counts) await measureClone(clones, destinations);
    stop.throwIfAborted();
    say(`cloning to ${counts.join(' and ')} destinations, ${String(options.runs)} times each`);
    const clone = (await bestClones(clones, counts, options.runs)).map(rounded);
    return { clone, topology: await benchTopology(site.cloud.table, api, say) };
  } finally {
    watch.stop();
    await anonymous.close();
    await site.stop();
  }
}

const dataDir = await mkdtemp(join(tmpdir(), 'reprise-bench-'));
// PostgreSQL may run as another user, who must be able to walk to its volumes.
await chmod(dataDir, 0o711);
try {
  const { clone, topology } = await bench(dataDir, stopSignal());
  for (const figures of clone)
    say(
      Object.entries(figures)
        .map(([name, value]) => `  ${name}: ${String(value)}`)
        .join('\n'),
    );
  say(
    `  topology: ${topology.seconds.toFixed(2)} s, ${String(topology.bytes)} bytes, ${JSON.stringify(topology.table_calls)}`,
  );
  const array = await benchArray(join(dataDir, 'array-bench'), say);
  for (const line of arrayTable(array)) say(line);
  for (const broken of [...brokenTopologyBudgets(topology), ...brokenArrayBudgets(array)]) {
    process.stderr.write(`over budget: ${broken}\n`);
    process.exitCode = 1;
  }
  if (options.json) process.stdout.write(`${JSON.stringify({ clone, topology, array })}\n`);
} catch (error) {
  process.stderr.write(`the bench failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await removeElsewhere(dataDir);
  await rm(dataDir, { recursive: true, force: true });
}
