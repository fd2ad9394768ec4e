import { randomInt } from 'node:crypto';
import { chmod, mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { chooseCopyTree } from './bytes/copy-tree.ts';
import { createDisk } from './bytes/disk.ts';
import { layoutOf, OPEN_FOLDER_MODE, type Layout } from './bytes/layout.ts';
import { repair } from './bytes/repair.ts';
import { measureUsage } from './bytes/usage.ts';
import { createReservations } from './engine/reservations.ts';
import { plantSeeds } from './engine/plant-seeds.ts';
import { createHolder } from './holder/hold-writers.ts';
import { createApp } from './http/app.ts';
import { createFaults } from './http/faults.ts';
import { resourceTable } from './resources/table.ts';
import { openStore } from './store/store.ts';
import { loadCertificate } from './tls.ts';

export interface ArrayServerOptions {
  /** Everything lies here, and a second array must not use it at the same time. Made when absent. */
  readonly dataDir: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** How long the writers of a group are kept stopped at most; then the snapshot fails. 30 seconds when left out. */
  readonly holdDeadlineMs?: number;
  /** Told what an operator should know. */
  readonly report?: (line: string) => void;
}

export interface ArrayServer {
  /** `https://127.0.0.1:PORT` */
  readonly url: string;
  readonly caFile: string;
  close(): Promise<void>;
}

const DEFAULT_HOLD_DEADLINE_MS = 30_000;

const nowSeconds = (): number => Date.now() / 1000;

async function makeFolders(layout: Layout): Promise<void> {
  for (const folder of [layout.dataDir, layout.volumes, layout.hosts, layout.tls]) {
    await mkdir(folder, { recursive: true });
    await chmod(folder, OPEN_FOLDER_MODE);
  }
}

/** Starts the array in this process. It listens on 127.0.0.1 only. */
export async function startArrayServer(options: ArrayServerOptions): Promise<ArrayServer> {
  const report = options.report ?? (() => undefined);
  const dataDir = resolve(options.dataDir);
  const layout = layoutOf(dataDir);
  await makeFolders(layout);
  const certificate = await loadCertificate(layout.tls);
  const resources = resourceTable();
  const store = openStore({
    path: layout.state,
    dataDir,
    resources,
    now: nowSeconds,
    drawNumber: () => String(randomInt(100, 1000)),
  });
  const holder = createHolder({ deadlineMs: options.holdDeadlineMs ?? DEFAULT_HOLD_DEADLINE_MS });
  if (!holder.promisesOneInstant) {
    report('only on Linux can writers be held: here a snapshot is not promised to be one instant over all volumes');
  }
  const disk = createDisk({
    layout,
    copyTree: await chooseCopyTree(),
    holdWriters: holder.holdWriters,
    now: nowSeconds,
  });
  const runtime = { resources, store, disk, reservations: createReservations() };
  plantSeeds(runtime);
  await repair(runtime, layout, report);
  const app = createApp({
    runtime,
    certificate,
    credentials: { user: options.user, password: options.password },
    faults: createFaults(nowSeconds),
    measureUsage: async () => ({ ...(await measureUsage(layout)), one_instant: holder.promisesOneInstant }),
  });
  const url = await app.listen({ host: '127.0.0.1', port: options.port });
  return {
    url,
    caFile: certificate.caFile,
    close: async () => {
      await app.close();
      await holder.close();
      await store.close();
    },
  };
}
