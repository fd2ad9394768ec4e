/** `npm run bench`: what a clone costs the control plane, and what size costs the demo array. See docs/bench.md. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { type ApiClient, connectApi, logIn } from '../site/api-client.ts';
import { removeElsewhere } from '../site/elsewhere.ts';
import { type HostSpec, type Site, startSite } from '../site/site.ts';
import { stopSignal } from '../site/stop-signals.ts';
import { type ArrayFigures, arrayTable, benchArray, brokenArrayBudgets } from './array-bench.ts';
import { bestClones, type CloneFigures, measureClone } from './clone-bench.ts';
import { benchTopology, brokenTopologyBudgets, type TopologyFigures, topologyLine } from './topology-bench.ts';
import { watchWire } from './wire-watch.ts';

const wholeNumber = (text: string): number => {
  if (!/^[1-9]\d?$/.test(text)) throw new InvalidArgumentError('must be a whole number from 1 to 99.');
  return Number(text);
};

const parts = ['clone', 'topology', 'array'] as const;

const Options = z.object({
  json: z.boolean(),
  runs: z.number(),
  engine: z.enum(['mssql', 'postgres']),
  only: z.enum(parts).optional(),
});
const options = Options.parse(
  new Command('bench')
    .description(
      "Measures the control plane's own share of a clone, and what size costs the topology and the demo array.",
    )
    .addOption(new Option('--only <part>', 'one of the measurements').choices(parts))
    .option('--json', 'one JSON object as the last line of standard output; progress on standard error', false)
    .option('--runs <n>', 'clones per figure, of which the quickest counts', wholeNumber, 5)
    .addOption(new Option('--engine <vendor>', 'of the databases').choices(['mssql', 'postgres']).default('mssql'))
    .parse()
    .opts(),
);

const isWanted = (part: (typeof parts)[number]): boolean => options.only === undefined || options.only === part;

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

interface Figures {
  readonly clone?: readonly CloneFigures[];
  readonly topology?: TopologyFigures;
  readonly array?: ArrayFigures;
}

async function benchClones(site: Site, api: ApiClient, stop: AbortSignal): Promise<readonly CloneFigures[]> {
  const watch = watchWire(new URL(site.array.url).host);
  const clones = { site, api, watch, sourceHost: 'prod1', sourceDatabase: 'orders', destinationHost: 'dev1' };
  try {
    say('warming up');
    for (const destinations of counts) await measureClone(clones, destinations);
    stop.throwIfAborted();
    say(`cloning to ${counts.join(' and ')} destinations, ${String(options.runs)} times each`);
    return (await bestClones(clones, counts, options.runs)).map(rounded);
  } finally {
    watch.stop();
  }
}

async function benchSite(dataDir: string, stop: AbortSignal): Promise<Figures> {
  // The sweeper at its real pace, not at the hurried one of the demo.
  const site = await startSite({ dataDir, port: 0, admin, hosts, sweepIntervalMs: 60_000, stop });
  const anonymous = await connectApi(site.url, site.caFile);
  try {
    const api = await logIn(anonymous, admin.user, admin.password);
    return {
      ...(isWanted('clone') ? { clone: await benchClones(site, api, stop) } : {}),
      ...(isWanted('topology') ? { topology: await benchTopology(site.cloud.table, api, say) } : {}),
    };
  } finally {
    await anonymous.close();
    await site.stop();
  }
}

async function bench(dataDir: string, stop: AbortSignal): Promise<Figures> {
  const figures = options.only === 'array' ? {} : await benchSite(dataDir, stop);
  return isWanted('array') ? { ...figures, array: await benchArray(join(dataDir, 'array-bench'), say) } : figures;
}

function show({ clone = [], topology, array }: Figures): void {
  for (const figures of clone)
    say(
      Object.entries(figures)
        .map(([name, value]) => `  ${name}: ${String(value)}`)
        .join('\n'),
    );
  if (topology !== undefined) say(topologyLine(topology));
  if (array !== undefined) for (const line of arrayTable(array)) say(line);
}

const dataDir = await mkdtemp(join(tmpdir(), 'reprise-bench-'));
// PostgreSQL may run as another user, who must be able to walk to its volumes.
await chmod(dataDir, 0o711);
try {
  const figures = await bench(dataDir, stopSignal());
  show(figures);
  const { topology, array } = figures;
  for (const broken of [
    ...(topology === undefined ? [] : brokenTopologyBudgets(topology)),
    ...(array === undefined ? [] : brokenArrayBudgets(array)),
  ]) {
    process.stderr.write(`over budget: ${broken}\n`);
    process.exitCode = 1;
  }
  if (options.json) process.stdout.write(`${JSON.stringify(figures)}\n`);
} catch (error) {
  process.stderr.write(`the bench failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await removeElsewhere(dataDir);
  await rm(dataDir, { recursive: true, force: true });
}
