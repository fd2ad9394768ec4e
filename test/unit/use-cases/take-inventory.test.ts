import { describe, expect, it } from 'vitest';
import { takeInventory } from '../../../functions/api/agents/take-inventory.ts';
import type { DatabaseReport, InventoryReport } from '../../../shared/contracts/agent.ts';
import type { Clone } from '../../../shared/domain/clone.ts';
import type { Database } from '../../../shared/domain/database.ts';
import { createSdpMemory } from '../../../shared/adapters/sdp-memory/sdp-memory.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import { silentLog } from '../../../shared/ports/log.ts';
import type { SdpPort } from '../../../shared/ports/sdp.ts';
import { arraysOf } from '../../builders/arrays.ts';
import { aClone } from '../../builders/catalog.ts';
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

type Answer = 'answers' | 'silent' | 'refuses';

/** An array that knows every disk whose serial begins with `prefix`. */
function anArray(sdpId: string, prefix: string, answer: Answer) {
  const memory = createSdpMemory({ now: () => 0 });
  const asked: string[][] = [];
  const port: SdpPort = {
    ...memory,
    describe: async () => ({ ...(await memory.describe()), sdpId }),
    locateVolumes(serials) {
      asked.push([...serials]);
      if (answer === 'silent') return Promise.reject(new DomainError('ArrayUnavailable', 'silent'));
      if (answer === 'refuses') return Promise.reject(new DomainError('ArrayRefused', 'no'));
      return Promise.resolve(
        serials
          .filter((serial) => serial.startsWith(prefix))
          .map((serial) => ({
            ...aVolume({ serial }),
            sizeMib: 1,
            source: { kind: 'volume-group' as const, id: 1, name: 'group-1' },
          })),
      );
    },
  };
  return { sdpId, port, asked };
}

function bed(
  standing: readonly Database[],
  answer: Answer = 'answers',
  others: Readonly<Record<string, Answer>> = {},
  clones: readonly Clone[] = [],
) {
  const orphaned: Clone[] = [];
  const written: Database[] = [];
  const removed: Database[] = [];
  const closed: { readonly sequence: number; readonly setChanged: boolean }[] = [];
  const own = anArray('sdp-1', 'serial', answer);
  const registered = Object.entries(others).map(([sdpId, itsAnswer]) => anArray(sdpId, `${sdpId}-serial`, itsAnswer));
  const deps = {
    log: silentLog,
    store: storeOf({
      listDatabases: () => Promise.resolve(standing),
      getClones: (_, dbIds) => Promise.resolve(clones.filter(({ dbId }) => dbIds.includes(dbId))),
      orphanClone: (clone) => Promise.resolve(void orphaned.push(clone)),
      putDatabases: (databases) => Promise.resolve(void written.push(...databases)),
      removeDatabases: (databases) => Promise.resolve(void removed.push(...databases)),
      closeInventory(_, __, sequence, setChanged) {
        closed.push({ sequence, setChanged });
        return Promise.resolve(true);
      },
    }),
    arrays: arraysOf(own, ...registered),
  };
  return { deps, asked: own.asked, askedOf: registered.map((one) => one.asked), written, removed, closed, orphaned };
}
const disk = (serial: string) => ({ kind: 'directory', path: 'data', serial });
const host = aHost({ inventorySequence: 1, sdpId: '' });
const standing = aDatabase({ sequence: 1 });

describe('an inventory in which an id has come to another database', () => {
  const clone = aClone({ dbId: '5', uid: 'a' });
  const before = aDatabase({ sequence: 1, uid: 'a' });

  it.each<[string, readonly Database[], Partial<DatabaseReport>, readonly Clone[], readonly Clone[]]>([
    ['sets the clone apart that had it', [before], { uid: 'b' }, [clone], [clone]],
    ['sets it apart also when its database was gone in between', [], { uid: 'b' }, [clone], [clone]],
    ['leaves the clone alone whose database is the same', [], { uid: 'a' }, [clone], []],
    ['leaves a clone alone of which no uid is known', [before], { uid: 'b' }, [{ ...clone, uid: '' }], []],
    ['leaves the clone alone where the agent knows no uid', [before], {}, [clone], []],
  ])('%s', async (_, databases, about, clones, expected) => {
    const { deps, orphaned } = bed(databases, 'answers', {}, clones);
    await takeInventory(deps, host, inventory([report(about)]));
    expect(orphaned).toEqual(expected);
  });
});

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

  it('is taken over when the array refuses, and its disks are looked up by the next', async () => {
    const { deps, written } = bed([], 'refuses');
    await takeInventory(deps, host, inventory([report()]));
    expect(written).toEqual([{ ...aDatabase({ sequence: 2 }), volumes: [] }]);
  });
});

describe('an inventory of a site with several arrays', () => {
  const far = report({ id: '6', name: 'far', mount_points: [disk('sdp-2-serial-1')] });

  it('finds each disk on its own array', async () => {
    const { deps, written } = bed([], 'answers', { 'sdp-2': 'answers' });
    await takeInventory(deps, host, inventory([report(), far]));
    expect(written.map((one) => one.volumes.map(({ sdpId, serial }) => `${sdpId} ${serial}`))).toEqual([
      ['sdp-1 serial-1'],
      ['sdp-2 sdp-2-serial-1'],
    ]);
  });

  it.each<Answer>(['silent', 'refuses'])(
    'does not place a disk that one array knows while another one %s',
    async (answer) => {
      const { deps, written } = bed([], answer, { 'sdp-2': 'answers' });
      await takeInventory(deps, host, inventory([report(), far]));
      expect(written.map((one) => one.volumes)).toEqual([[], []]);
      const next = bed(written, 'answers', { 'sdp-2': 'answers' });
      await takeInventory(next.deps, host, inventory([report(), far], { sequence: 3 }));
      expect(next.written.map((one) => one.volumes.map(({ sdpId }) => sdpId))).toEqual([['sdp-1'], ['sdp-2']]);
    },
  );

  it('places it all the same where the host names its array', async () => {
    const { deps, written } = bed([], 'silent', { 'sdp-2': 'answers' });
    await takeInventory(deps, aHost({ inventorySequence: 1, sdpId: 'sdp-2' }), inventory([far]));
    expect(written.map((one) => one.volumes.map(({ sdpId }) => sdpId))).toEqual([['sdp-2']]);
  });

  it('does not place a disk that two arrays know, and says so', async () => {
    const { deps, written } = bed([]);
    const warned: unknown[] = [];
    const twin = anArray('sdp-2', 'serial', 'answers');
    const arrays = arraysOf(anArray('sdp-1', 'serial', 'answers'), twin);
    const log = { ...silentLog, warn: (_: string, fields?: unknown) => void warned.push(fields) };
    await takeInventory({ ...deps, arrays, log }, host, inventory([report()]));
    expect(written.map((one) => one.volumes)).toEqual([[]]);
    expect(warned).toEqual([{ serial: 'serial-1', sdp_ids: ['sdp-1', 'sdp-2'] }]);
  });

  it('places a disk of an array that is both the own one and registered', async () => {
    const { deps, written } = bed([]);
    const one = anArray('sdp-1', 'serial', 'answers');
    await takeInventory({ ...deps, arrays: arraysOf(one, one) }, host, inventory([report()]));
    expect(written[0]?.volumes.map(({ sdpId }) => sdpId)).toEqual(['sdp-1']);
  });

  it('places nothing on an array that answers at the address of another', async () => {
    const { deps, written } = bed([], 'answers', { 'sdp-2': 'answers' });
    const of = () => Promise.reject(new DomainError('ArrayRefused', 'the address of array sdp-2 leads to array sdp-3'));
    await takeInventory({ ...deps, arrays: { ...deps.arrays, of } }, host, inventory([far]));
    expect(written[0]?.volumes).toEqual([]);
  });

  it('of a host registered anew with another array looks its disks up there', async () => {
    const moved = aHost({ inventorySequence: 0, generation: 200, sdpId: 'sdp-2' });
    const before = aDatabase({
      mountPoints: [disk('sdp-2-serial-1')],
      volumes: [aVolume({ serial: 'sdp-2-serial-1' })],
    });
    const { deps, asked, written } = bed([before], 'answers', { 'sdp-2': 'answers' });
    await takeInventory(deps, moved, inventory([report({ mount_points: [disk('sdp-2-serial-1')] })]));
    expect(asked).toEqual([]);
    expect(written[0]?.volumes.map(({ sdpId }) => sdpId)).toEqual(['sdp-2']);
  });

  it('of a host registered anew does not take its places from the registration before', async () => {
    const { deps, written } = bed([standing], 'silent', { 'sdp-2': 'answers' });
    await takeInventory(deps, aHost({ inventorySequence: 0, generation: 200, sdpId: '' }), inventory([report()]));
    expect(written[0]?.volumes).toEqual([]);
  });

  it('of a host that names an array forgets a place on another, also while the named one is silent', async () => {
    const { deps, written } = bed([standing], 'answers', { 'sdp-2': 'silent' });
    await takeInventory(deps, aHost({ inventorySequence: 1, sdpId: 'sdp-2' }), inventory([report()]));
    expect(written[0]?.volumes).toEqual([]);
  });

  it('keeps what it knew of disks whose array is silent', async () => {
    const { deps, written } = bed([standing], 'silent', { 'sdp-2': 'answers' });
    const both = report({ mount_points: [disk('serial-1'), disk('sdp-2-serial-1')] });
    await takeInventory(deps, host, inventory([both]));
    expect(written[0]?.volumes.map(({ sdpId }) => sdpId)).toEqual(['sdp-1']);
  });

  it('of a host that names its array asks no other', async () => {
    const { deps, asked, askedOf, written } = bed([], 'answers', { 'sdp-2': 'answers' });
    await takeInventory(deps, aHost({ inventorySequence: 1, sdpId: 'sdp-2' }), inventory([report(), far]));
    expect({ asked, askedOf }).toEqual({ asked: [], askedOf: [[['serial-1', 'sdp-2-serial-1']]] });
    expect(written.map((one) => one.volumes.length)).toEqual([0, 1]);
  });

  it('of a host that names an array nobody registered is taken over without places', async () => {
    const { deps, written } = bed([]);
    await takeInventory(deps, aHost({ inventorySequence: 1, sdpId: 'sdp-9' }), inventory([report()]));
    expect(written).toMatchObject([{ volumes: [] }]);
  });
});
