/** The demo from an empty folder to nothing left: what is done in which order. */
import { connectApi, logIn } from '../site/api-client.ts';
import { startSite, type Site } from '../site/site.ts';
import { waitUntil } from '../site/wait-until.ts';
import { cloneOnce, loadSource } from './clone-story.ts';
import { connectTo, demoHosts, findDatabase, source } from './demo-hosts.ts';
import type { DemoReport } from './demo-report.ts';
import { deleteClones, deleteSnapshot } from './demo-steps.ts';
import { leftBetween, look, type Traces } from './leftovers.ts';
import { RefreshStory } from './refresh-story.ts';
import type { Stage } from './stage.ts';
import { line, Telling, type TellingOptions } from './telling.ts';
import { startWriter } from './writer.ts';

export interface DemoOptions extends TellingOptions {
  readonly dataDir: string;
}

const admin = { user: 'admin', password: 'demo' } as const;

/** Rows the writer has when the clone is asked for. */
const firstTicks = 100;
const writerPatienceMs = 30_000;

async function takeAway(tell: Telling, { site, api }: Stage, snapshotIds: readonly string[], before: Traces) {
  await tell.step({
    name: 'delete-clone',
    doing: () => 'deleting the clones',
    work: () => deleteClones(api),
    said: (names) => [`gone: ${names.join(', ')}`],
  });
  await tell.step({
    name: 'delete-snapshot',
    doing: () => 'deleting the snapshots',
    work: () => Promise.all(snapshotIds.map((snapshotId) => deleteSnapshot(api, snapshotId))),
    said: () => [`gone: ${snapshotIds.join(', ')}`],
  });
  await tell.step({
    name: 'leftovers',
    doing: () => 'looking for leftovers',
    work: async () => {
      const left = leftBetween(before, await look(site));
      tell.findings.leftovers = left;
      if (left.length > 0) throw new Error(`left behind: ${left.join('; ')}`);
    },
    said: () => ['none: not on the array, not in a device root, not in the process list'],
  });
}

async function playOn(tell: Telling, stage: Stage): Promise<void> {
  const before = await look(stage.site);
  const first = await cloneOnce(tell, stage);
  const snapshotIds = await new RefreshStory(tell, stage).play(first);
  await takeAway(tell, stage, snapshotIds, before);
}

async function onSite(tell: Telling, site: Site): Promise<void> {
  const anonymous = await connectApi(site.url, site.caFile);
  const api = await logIn(anonymous, admin.user, admin.password);
  const shop = await findDatabase(api, source);
  const from = await connectTo(shop, site.superuserPassword);
  try {
    await loadSource(tell, from);
    const writer = startWriter(await connectTo(shop, site.superuserPassword));
    try {
      await waitUntil(
        'the writer to be under way',
        writerPatienceMs,
        async () => writer.acknowledged() >= firstTicks || undefined,
      );
      await playOn(tell, { site, api, from, writer });
    } finally {
      await writer.stop();
    }
  } finally {
    await from.close();
    await anonymous.close();
  }
}

const sentence = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Never rejects: what went wrong is in the report. Everything it started has ended when it resolves. */
export async function runDemo(options: DemoOptions): Promise<DemoReport> {
  const { progress, stop } = options;
  const tell = new Telling(options);
  try {
    progress.doing(() => 'starting the embedded cloud, the array and three PostgreSQL hosts');
    const site = await startSite({ dataDir: options.dataDir, port: 0, admin, hosts: demoHosts, stop });
    try {
      const hosts = demoHosts.map(({ hostId }) => hostId).join(', ');
      progress.say(line('start', `API ${site.url}, array ${site.array.url}, hosts ${hosts}`));
      await onSite(tell, site);
    } finally {
      progress.doing(() => 'stopping everything');
      await site.stop();
    }
    return { ok: true, ...tell.findings };
  } catch (error) {
    return { ok: false, error: sentence(error), ...tell.findings };
  } finally {
    progress.close();
  }
}
