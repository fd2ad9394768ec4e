import { randomInt } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { chmod, mkdir } from 'node:fs/promises';
import { chooseCopyTree } from './bytes/copy-tree.ts';
import { createDisk } from './bytes/disk.ts';
import { layoutOf, OPEN_FOLDER_MODE, type Layout } from './bytes/layout.ts';
import { repair } from './bytes/repair.ts';
import { endStrayCopies } from './bytes/stray-copies.ts';
import { createSwaps } from './bytes/swaps.ts';
import { measureUsage } from './bytes/usage.ts';
import { plantSeeds } from './engine/plant-seeds.ts';
import { createReservations } from './engine/reservations.ts';
import { settleRestores } from './engine/restore-group.ts';
import { createHolder } from './holder/hold-writers.ts';
import type { Account } from './http/accounts.ts';
import { CutOff } from './http/answer.ts';
import { createApp, type Track } from './http/app.ts';
import type { Faults } from './http/faults.ts';
import { fullWhenAsked } from './http/full-when-asked.ts';
import type { Throttle } from './http/throttle.ts';
import { resourceTable } from './resources/table.ts';
import { openStore, type Store } from './store/store.ts';
import { loadCertificate } from './tls.ts';

export interface LifeOptions {
  readonly dataDir: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly accounts: ReadonlyMap<string, Account>;
  readonly holdDeadlineMs: number;
  /** What a restart leaves as it is. */
  readonly faults: Faults;
  readonly throttle: Throttle;
  /** Unix seconds of the machine. */
  readonly now: () => number;
  readonly report: (line: string) => void;
  /** Asked for by a fault: to be down for so long and then back. Returns at once. */
  readonly restart: (downForMs: number) => void;
}

/** The array from one start to the next time it goes down. */
export interface ArrayLife {
  /** `https://127.0.0.1:PORT` */
  readonly url: string;
  readonly caFile: string;
  /** Cuts off whatever is under way, as a kill would, and waits until nothing of it works on the disk. May be called again. */
  end(): Promise<void>;
}

async function makeFolders(layout: Layout): Promise<void> {
  for (const folder of [layout.dataDir, layout.volumes, layout.hosts, layout.tls]) {
    await mkdir(folder, { recursive: true });
    await chmod(folder, OPEN_FOLDER_MODE);
  }
}

/** Records nothing any more once the array goes down: what was under way is then half-made, and the next start removes it. */
const until = (cut: AbortSignal, store: Store): Store => ({
  ...store,
  transaction: (work) => {
    if (cut.aborted) throw new CutOff('the array went down');
    return store.transaction(work);
  },
});

/** Calls that are under way. */
function createTracker(): { readonly track: Track; readonly allDone: () => Promise<unknown> } {
  const underWay = new Set<Promise<unknown>>();
  return {
    track: (work) => {
      const tracked = work.finally(() => underWay.delete(tracked));
      underWay.add(tracked);
      return tracked;
    },
    allDone: () => Promise.allSettled(underWay),
  };
}

/** Starts the array on what the last life left behind. It listens on 127.0.0.1 only. */
export async function beginLife(options: LifeOptions): Promise<ArrayLife> {
  const { faults, throttle, report } = options;
  const now = (): number => options.now() + faults.clockSkewSeconds();
  const layout = layoutOf(options.dataDir);
  await makeFolders(layout);
  const certificate = await loadCertificate(layout.tls);
  const resources = resourceTable();
  const store = openStore({
    path: layout.state,
    dataDir: options.dataDir,
    resources,
    now,
    drawNumber: () => String(randomInt(100, 1000)),
  });
  const holder = createHolder({ deadlineMs: options.holdDeadlineMs });
  if (!holder.promisesOneInstant) {
    report('only on Linux can writers be held: here a snapshot is not promised to be one instant over all volumes');
  }
  const copyTree = await chooseCopyTree();
  const disk = createDisk({
    layout,
    copyTree,
    holdWriters: holder.holdWriters,
    inTurn: holder.inTurn,
    swaps: createSwaps({
      layout,
      copyTree,
      holdWriters: holder.holdWriters,
      usersOf: (folders) => holder.usersOf(folders),
    }),
    now,
  });
  const cut = new AbortController();
  // Every call that a fault delays listens.
  setMaxListeners(0, cut.signal);
  const runtime = {
    resources,
    store: until(cut.signal, store),
    disk: fullWhenAsked(faults, disk),
    reservations: createReservations(),
  };
  plantSeeds(runtime);
  await endStrayCopies(layout);
  await settleRestores(runtime, report);
  await repair(runtime, layout, report);
  const { track, allDone } = createTracker();
  const app = createApp({
    runtime,
    certificate,
    accounts: options.accounts,
    faults,
    throttle,
    life: { cut: cut.signal, restart: options.restart },
    track,
    measureUsage: async (id) => ({
      ...(await measureUsage(layout, store, id)),
      one_instant: holder.promisesOneInstant,
    }),
  });
  const end = async (): Promise<void> => {
    cut.abort();
    await app.close();
    await allDone();
    await holder.close();
    await store.close();
  };
  let ending: Promise<void> | undefined;
  const endOnce = (): Promise<void> => (ending ??= end());
  let url: string;
  try {
    url = await app.listen({ host: '127.0.0.1', port: options.port });
  } catch (error) {
    await endOnce();
    throw error;
  }
  return { url, caFile: certificate.caFile, end: endOnce };
}
