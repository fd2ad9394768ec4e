/** The demo from an empty folder to nothing left: what is done in which order, and what is said about it. */
import { type ApiClient, connectApi, logIn } from '../site/api-client.ts';
import { startSite, type Site } from '../site/site.ts';
import { waitUntil } from '../site/wait-until.ts';
import { load } from './data-set.ts';
import { connectTo, demoHosts, destination, findDatabase, source } from './demo-hosts.ts';
import type { DemoReport, StepName, StepReport } from './demo-report.ts';
import {
  clone,
  cloneRequest,
  deleteClone,
  deleteSnapshot,
  isolate,
  openClone,
  query,
  type QueryOutcome,
  validate,
} from './demo-steps.ts';
import { leftBetween, look, type Traces } from './leftovers.ts';
import type { Progress } from './progress.ts';
import type { SqlSession } from './sql-session.ts';
import { startWriter, type Writer } from './writer.ts';

export interface DemoOptions {
  readonly dataDir: string;
  readonly rows: number;
  readonly progress: Progress;
  readonly stop: AbortSignal;
}

const admin = { user: 'admin', password: 'demo' } as const;

/** Rows the writer has when the clone is asked for. */
const firstTicks = 100;
const writerPatienceMs = 30_000;

/** Filled as far as the demo comes. */
interface Findings {
  readonly steps: StepReport[];
  rows: number;
  checksum_source: string;
  checksum_clone: string;
  leftovers: readonly string[];
}

interface Step<RESULT> {
  readonly name: StepName;
  readonly doing: () => string;
  readonly work: () => Promise<RESULT>;
  readonly said: (result: RESULT) => string;
}

const count = (value: number): string => value.toLocaleString('en-US');
const line = (name: string, text: string): string => `  ${name.padEnd(15)}  ${text}`;

class Run {
  readonly findings: Findings = { steps: [], rows: 0, checksum_source: '', checksum_clone: '', leftovers: [] };
  readonly #options: DemoOptions;

  constructor(options: DemoOptions) {
    this.#options = options;
  }

  async step<RESULT>({ name, doing, work, said }: Step<RESULT>): Promise<RESULT> {
    const { progress, stop } = this.#options;
    stop.throwIfAborted();
    progress.doing(doing);
    const began = performance.now();
    const note = (ok: boolean): void =>
      void this.findings.steps.push({ name, seconds: (performance.now() - began) / 1000, ok });
    try {
      const result = await work();
      note(true);
      progress.say(line(name, said(result)));
      return result;
    } catch (error) {
      note(false);
      throw error;
    }
  }

  async load(from: SqlSession): Promise<void> {
    const { rows } = this.#options;
    let loaded = 0;
    await this.step({
      name: 'load',
      doing: () => `loading ${count(loaded)} of ${count(rows)} orders`,
      work: () => load(from, rows, (sofar) => (loaded = sofar)),
      said: () => `${count(rows)} orders into ${source.database} on ${source.hostId}`,
    });
  }

  async compare(from: SqlSession, copy: SqlSession, acknowledged: number): Promise<QueryOutcome> {
    return this.step({
      name: 'query',
      doing: () => 'comparing the clone with its source by SQL',
      work: async () => {
        const found = await query(from, copy, this.#options.rows, acknowledged);
        Object.assign(this.findings, { rows: found.rows, checksum_source: found.source, checksum_clone: found.clone });
        if (found.source !== found.clone)
          throw new Error(`the checksum of the source is ${found.source}, that of the clone ${found.clone}`);
        return found;
      },
      said: ({ rows, highest, clone: sum }) =>
        [
          `${count(rows)} orders and the writer's rows 1 to ${count(highest)} are in the clone`,
          `(${count(acknowledged)} were acknowledged before the freeze); both sides: ${sum}`,
        ].join(`\n${line('', '')}`),
    });
  }

  async everythingGone(site: Site, before: Traces): Promise<void> {
    await this.step({
      name: 'leftovers',
      doing: () => 'looking for leftovers',
      work: async () => {
        this.findings.leftovers = leftBetween(before, await look(site));
        if (this.findings.leftovers.length > 0) throw new Error(`left behind: ${this.findings.leftovers.join('; ')}`);
      },
      said: () => 'none: not on the array, not in a device root, not in the process list',
    });
  }

  async clone(site: Site, api: ApiClient, from: SqlSession, writer: Writer): Promise<void> {
    const before = await look(site);
    const request = await cloneRequest(api);
    const { hostId, database } = destination;
    await this.step({
      name: 'validate',
      doing: () => 'validating',
      work: () => validate(api, request),
      said: () => 'the API has no objection',
    });
    const made = await this.step({
      name: 'clone',
      doing: () => `cloning to ${hostId}; the writer is at row ${count(writer.acknowledged())}`,
      work: () => clone(site, api, request, writer),
      said: () => `${database} on ${hostId}, while a writer kept committing to the source`,
    });
    const copy = await openClone(site, api);
    try {
      const found = await this.compare(from, copy, made.acknowledgedBeforeFreeze);
      const said = (): string => 'writes to the source did not move the clone, nor the reverse';
      await this.step({
        name: 'isolate',
        doing: () => 'writing to both sides',
        work: () => isolate(from, copy, found),
        said,
      });
    } finally {
      await copy.close();
    }
    await this.step({
      name: 'delete-clone',
      doing: () => 'deleting the clone',
      work: () => deleteClone(api),
      said: () => `${database} is gone`,
    });
    const { snapshotId } = made;
    const dropped = { work: () => deleteSnapshot(api, snapshotId), said: () => `${snapshotId} is gone` };
    await this.step({ name: 'delete-snapshot', doing: () => 'deleting the snapshot', ...dropped });
    await this.everythingGone(site, before);
  }

  async onSite(site: Site): Promise<void> {
    const anonymous = await connectApi(site.url, site.caFile);
    const api = await logIn(anonymous, admin.user, admin.password);
    const shop = await findDatabase(api, source.hostId, source.database);
    const from = await connectTo(shop, site.superuserPassword);
    try {
      await this.load(from);
      const writer = startWriter(await connectTo(shop, site.superuserPassword));
      try {
        await waitUntil(
          'the writer to be under way',
          writerPatienceMs,
          async () => writer.acknowledged() >= firstTicks || undefined,
        );
        await this.clone(site, api, from, writer);
      } finally {
        await writer.stop();
      }
    } finally {
      await from.close();
      await anonymous.close();
    }
  }
}

const sentence = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Never rejects: what went wrong is in the report. Everything it started has ended when it resolves. */
export async function runDemo(options: DemoOptions): Promise<DemoReport> {
  const { progress } = options;
  const run = new Run(options);
  try {
    progress.doing(() => 'starting the embedded cloud, the array and two PostgreSQL hosts');
    const site = await startSite({ dataDir: options.dataDir, port: 0, admin, hosts: demoHosts, stop: options.stop });
    try {
      progress.say(
        line('start', `API ${site.url}, array ${site.array.url}, hosts ${source.hostId} and ${destination.hostId}`),
      );
      await run.onSite(site);
    } finally {
      progress.doing(() => 'stopping everything');
      await site.stop();
    }
    return { ok: true, ...run.findings };
  } catch (error) {
    return { ok: false, error: sentence(error), ...run.findings };
  } finally {
    progress.close();
  }
}
