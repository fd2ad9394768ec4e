import { describe, expect, it } from 'vitest';
import { takeInventory } from '../../../functions/api/agents/take-inventory.ts';
import type { DatabaseReport, InventoryReport } from '../../../shared/contracts/agent.ts';
import type { Database } from '../../../shared/domain/database.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import { silentLog } from '../../../shared/ports/log.ts';
import { aDatabase, aVolume } from '../../builders/database.ts';
import { aHost } from '../../builders/host.ts';
import { storeOf } from '../../builders/store-of.ts';

const report = (about: Partial<DatabaseReport> = {}): DatabaseReport => ({
  id: '5',
  name: 'sales',
  vendor: 'postgres',
  status: 'ONLINE',
  files: [],
  mount_points: [{ kind: 'directory', path: 'data', serial: 'serial-1' }],
  ...about,
});
const inventory = (databases: readonly DatabaseReport[], about: Partial<InventoryReport> = {}): InventoryReport => ({
  sequence: 2,
  chunk: 0,
  chunks: 1,
  databases: [...databases],
  ...about,
});

function bed(standing: readonly Database[], array: 'answers' | 'silent' | 'refuses' = 'answers') {
  const asked: string[][] = [];
  const written: Database[] = [];
  const removed: Database[] = [];
  const closed: { readonly sequence: number; readonly setChanged: boolean }[] = [];
  const deps = {
    log: silentLog,
    store: storeOf({
      listDatabases: () => Promise.resolve(standing),
      putDatabases: (databases) => Promise.resolve(void written.push(...databases)),
      removeDatabases: (databases) => Promise.resolve(void removed.push(...databases)),
      closeInventory(_, __, sequence, setChanged) {
        closed.push({ sequence, setChanged });
        return Promise.resolve(true);
      },
    }),
    sdp: {
      describe: () => Promise.resolve({ sdpId: 'sdp-1', name: 'array' }),
      locateVolumes(serials: readonly string[]) {
        asked.push([...serials]);
        if (array === 'silent') return Promise.reject(new DomainError('ArrayUnavailable', 'silent'));
        if (array === 'refuses') return Promise.reject(new DomainError('ArrayRefused', 'no'));
        return Promise.resolve(
          serials
            .filter((serial) => serial.startsWith('serial'))
            .map((serial) => ({
              ...aVolume({ serial }),
              sizeMib: 1,
              source: { kind: 'volume-group' as const, id: 1, name: 'group-1' },
            })),
        );
      },
    },
  };
  return { deps, asked, written, removed, closed };
}
const host = aHost({ inventorySequence: 1 });
const standing = aDatabase({ sequence: 1 });

describe('an inventory', () => {
  it('of a new database is written with where its disks lie', async () => {
    const { deps, written, removed, closed } = bed([]);
    const files = [{ name: 'f', file_id: 1, kind: 'data' as const, path: 'p', size_mb: 3, backup_status: 'NONE' }];
    await takeInventory(deps, host, inventory([report({ files, connection: { host: '127.0.0.1', port: 5 } })]));
    expect(written).toEqual([
      {
        ...aDatabase({ sequence: 2, connection: { host: '127.0.0.1', port: 5 } }),
        files: [{ name: 'f', fileId: 1, kind: 'data', path: 'p', sizeMib: 3, backupStatus: 'NONE' }],
      },
    ]);
    expect(removed).toEqual([]);
    expect(closed).toEqual([{ sequence: 2, setChanged: true }]);
  });

  it('of the same databases writes no row, asks the array nothing, and only closes', async () => {
    const { deps, asked, written, closed } = bed([standing]);
    await takeInventory(deps, host, inventory([report()]));
    expect({ asked, written, closed }).toEqual({
      asked: [],
      written: [],
      closed: [{ sequence: 2, setChanged: false }],
    });
  });

  it.each<[string, Partial<DatabaseReport>, boolean]>([
    ['another state', { status: 'OFFLINE' }, false],
    ['another name', { name: 'hr' }, true],
    ['another disk', { mount_points: [{ kind: 'directory', path: 'data', serial: 'serial-2' }] }, false],
  ])('with %s writes the row', async (_, about, setChanged) => {
    const { deps, written, closed } = bed([standing]);
    await takeInventory(deps, host, inventory([report(about)]));
    expect(written).toHaveLength(1);
    expect(closed).toEqual([{ sequence: 2, setChanged }]);
  });

  it('without a database removes its row', async () => {
    const { deps, removed, closed } = bed([standing]);
    await takeInventory(deps, host, inventory([]));
    expect(removed).toEqual([standing]);
    expect(closed).toEqual([{ sequence: 2, setChanged: true }]);
  });

  it('removes rows of an older registration, and none of a newer inventory or registration', async () => {
    const old = aDatabase({ dbId: '7', generation: 99, sequence: 50 });
    const newer = aDatabase({ dbId: '8', sequence: 3 });
    const registered = aDatabase({ dbId: '9', generation: 101, sequence: 1 });
    const { deps, removed } = bed([old, newer, registered]);
    await takeInventory(deps, host, inventory([]));
    expect(removed).toEqual([old]);
  });

  it('older than the stored one changes nothing', async () => {
    const { deps } = bed([]);
    await expect(
      takeInventory({ ...deps, store: storeOf({}) }, aHost({ inventorySequence: 3 }), inventory([report()])),
    ).resolves.toBeUndefined();
  });

  it('in parts removes and closes with the last part only', async () => {
    const first = bed([standing]);
    await takeInventory(first.deps, host, inventory([report({ id: '6' })], { chunk: 0, chunks: 2 }));
    expect(first.written).toHaveLength(1);
    expect([...first.removed, ...first.closed]).toEqual([]);
    const last = bed([standing, ...first.written]);
    await takeInventory(last.deps, host, inventory([report({ id: '7' })], { chunk: 1, chunks: 2 }));
    expect(last.removed).toEqual([standing]);
    expect(last.closed).toEqual([{ sequence: 2, setChanged: true }]);
  });

  it('is taken over while the array is silent, and its disks are looked up by the next', async () => {
    const silent = bed([], 'silent');
    await takeInventory(silent.deps, host, inventory([report()]));
    expect(silent.written).toEqual([{ ...aDatabase({ sequence: 2 }), volumes: [] }]);
    const next = bed(silent.written);
    await takeInventory(next.deps, host, inventory([report()], { sequence: 3 }));
    expect(next.asked).toEqual([['serial-1']]);
    expect(next.written).toEqual([aDatabase({ sequence: 3 })]);
  });

  it('is not taken over when the array refuses', async () => {
    const { deps, written } = bed([], 'refuses');
    await expect(takeInventory(deps, host, inventory([report()]))).rejects.toMatchObject({ code: 'ArrayRefused' });
    expect(written).toEqual([]);
  });
});
