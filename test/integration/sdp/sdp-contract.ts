import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SdpPort, SnapshotSource } from '../../../shared/ports/sdp.ts';

/** One array under test, with a way to put originals on it that the port does not have. */
export interface ArrayUnderTest {
  readonly port: SdpPort;
  addVolumeGroup(name: string, sizesMib: readonly number[]): Promise<{ source: SnapshotSource; serials: string[] }>;
  close(): Promise<void>;
}

/** A process of its own on a busy machine. */
export const startTimeoutMs = 60_000;

/** What the port promises, run against every adapter. Each test works on a volume group and names of its own. */
export const describeSdpContract = (adapter: string, start: () => Promise<ArrayUnderTest>): void => {
  describe(`SdpPort contract: ${adapter}`, () => {
    let array: ArrayUnderTest;
    let port: SdpPort;
    let count = 0;
    const fresh = (role: string): string => `t-${role}-${(count += 1)}`;
    const refusal = expect.objectContaining({ code: 'ArrayRefused' });

    beforeAll(async () => {
      array = await start();
      port = array.port;
    }, startTimeoutMs);
    afterAll(() => array.close());

    const original = (sizesMib: readonly number[] = [1024, 2048]) => array.addVolumeGroup(fresh('vg'), sizesMib);
    const viewed = async () => {
      const { source, serials } = await original();
      const snapshotName = fresh('snap');
      const viewName = fresh('view');
      await port.ensureSnapshot(snapshotName, source);
      return { source, serials, snapshotName, viewName, view: await port.ensureView(viewName, snapshotName) };
    };
    const host = (name: string) => ({ name, os: 'Linux', iqn: `iqn.2026-01.test:${name}` });

    it('says which array it is, and that it serves', async () => {
      const { sdpId, name, version, state } = await port.describe();
      expect([sdpId, name, version].filter((text) => text.trim() === '')).toEqual([]);
      expect(state).toBe('ONLINE');
      expect((await port.describe()).sdpId).toBe(sdpId);
    });

    it('says how full it is, and what it has promised: originals, snapshots and views alike', async () => {
      const before = await port.capacity();
      expect(before.state).toBe('ok');
      expect(before.freeKib).toBeGreaterThan(0);
      expect(before.totalKib).toBeGreaterThanOrEqual(before.freeKib);
      expect(before.allocatedKib).toBeGreaterThanOrEqual(0);
      const promised: number[] = [];
      const note = async () => promised.push((await port.capacity()).provisionedKib - before.provisionedKib);
      const { source } = await original([1024, 2048]);
      await note();
      const [snapshotName, viewName] = [fresh('snap'), fresh('view')];
      await port.ensureSnapshot(snapshotName, source);
      await note();
      await port.ensureView(viewName, snapshotName);
      await note();
      await port.removeView(viewName);
      await port.removeSnapshot(snapshotName);
      await note();
      const sizeKib = 3072 * 1024;
      expect(promised).toEqual([sizeKib, 2 * sizeKib, 3 * sizeKib, sizeKib]);
    });

    it('locates volumes by serial, in the order asked, without the unknown', async () => {
      const { source, serials } = await original([1024, 2048]);
      const [first = '', second = ''] = serials;
      const found = await port.locateVolumes([second, 'nobody', first, second, '']);
      expect(found.map(({ serial, sizeMib }) => ({ serial, sizeMib }))).toEqual([
        { serial: second, sizeMib: 2048 },
        { serial: first, sizeMib: 1024 },
      ]);
      for (const volume of found) {
        expect(volume).toMatchObject({ volumeGroupId: source.id, volumeGroupName: source.name, source });
      }
      expect(new Set(found.map(({ volumeId }) => volumeId)).size).toBe(2);
    });

    it('locates more volumes than one request can name', async () => {
      const groups = await Promise.all(
        Array.from({ length: 5 }, () => original(Array.from({ length: 25 }, () => 1024))),
      );
      const serials = groups.flatMap((group) => group.serials).reverse();
      expect((await port.locateVolumes(serials)).map(({ serial }) => serial)).toEqual(serials);
    });

    it('locates nothing when asked for nothing', async () => {
      await original();
      expect(await port.locateVolumes([])).toEqual([]);
    });

    it('locates a serial of a view as its root volume, to be snapshot through the view', async () => {
      const { source, serials, view, viewName } = await viewed();
      const roots = await port.locateVolumes(serials);
      const found = await port.locateVolumes(view.volumes.map(({ serial }) => serial));
      expect(rootsOf(found)).toEqual(rootsOf(roots));
      for (const volume of found) {
        expect(volume.source).toEqual({ kind: 'view', id: view.id, name: viewName });
        expect(volume.volumeGroupId).toBe(source.id);
      }
    });

    it('finds the snapshot it took', async () => {
      const { source } = await original();
      const name = fresh('snap');
      const taken = await port.ensureSnapshot(name, source);
      expect(taken.name).toBe(name);
      expect(Number.isInteger(taken.takenAtSeconds)).toBe(true);
      expect(await port.ensureSnapshot(name, source)).toEqual(taken);
    });

    it('makes one snapshot when two callers ask at once', async () => {
      const { source } = await original();
      const name = fresh('snap');
      const [one, other] = await Promise.all([port.ensureSnapshot(name, source), port.ensureSnapshot(name, source)]);
      expect(one.id).toBe(other.id);
    });

    it('refuses a snapshot whose name holds another source', async () => {
      const name = fresh('snap');
      await port.ensureSnapshot(name, (await original()).source);
      await expect(port.ensureSnapshot(name, (await original()).source)).rejects.toEqual(refusal);
    });

    it('refuses a snapshot of what is not there, and a name too long', async () => {
      const { source } = await original();
      await expect(port.ensureSnapshot(fresh('snap'), { ...source, id: 999_999 })).rejects.toEqual(refusal);
      await expect(port.ensureSnapshot('x'.repeat(43), source)).rejects.toEqual(refusal);
    });

    it.each([[''], ['a b'], ['a:b'], ['a/b'], ['ä'], ['x'.repeat(43)]])('refuses the name %j', async (name) => {
      const { source, snapshotName } = await viewed();
      await expect(port.ensureSnapshot(name, source)).rejects.toEqual(refusal);
      await expect(port.ensureView(name, snapshotName)).rejects.toEqual(refusal);
    });

    it('takes a name of 42 characters', async () => {
      const { source } = await original();
      const name = fresh('snap').padEnd(42, 'x');
      expect((await port.ensureSnapshot(name, source)).name).toBe(name);
    });

    it('refuses a snapshot of a group without volumes, and of a view that was removed', async () => {
      const empty = await original([]);
      await expect(port.ensureSnapshot(fresh('snap'), empty.source)).rejects.toEqual(refusal);
      const { view, viewName } = await viewed();
      await port.removeView(viewName);
      const gone: SnapshotSource = { kind: 'view', id: view.id, name: viewName };
      await expect(port.ensureSnapshot(fresh('snap'), gone)).rejects.toEqual(refusal);
    });

    it('refuses a view of a view', async () => {
      const { viewName } = await viewed();
      await expect(port.ensureView(fresh('view'), viewName)).rejects.toEqual(refusal);
    });

    it('makes one view, and one mapping, when two callers ask at once, and removes them for both', async () => {
      const { source } = await original();
      const [snapshotName, viewName, hostName] = [fresh('snap'), fresh('view'), fresh('host')];
      await port.ensureSnapshot(snapshotName, source);
      const twice = <T>(act: () => Promise<T>) => Promise.all([act(), act()]);
      const [one, other] = await twice(() => port.ensureView(viewName, snapshotName));
      expect(one.id).toBe(other.id);
      const [first, second] = await twice(() => port.ensureHost(host(hostName)));
      expect(first).toEqual(second);
      await twice(() => port.ensureMapping(viewName, hostName));
      await twice(() => port.removeMappings(viewName));
      await twice(() => port.removeView(viewName));
      await twice(() => port.removeSnapshot(snapshotName));
      expect(await port.locateVolumes(one.volumes.map(({ serial }) => serial))).toEqual([]);
    });

    it('finds the view it made, with a serial of its own for every volume', async () => {
      const { serials, snapshotName, viewName, view } = await viewed();
      const again = await port.ensureView(viewName, snapshotName);
      expect(again.id).toBe(view.id);
      expect([...again.volumes].sort(bySerial)).toEqual([...view.volumes].sort(bySerial));
      const roots = await port.locateVolumes(serials);
      expect(rootsOf(view.volumes)).toEqual(rootsOf(roots));
      expect(view.volumes.filter(({ serial }) => serials.includes(serial))).toEqual([]);
    });

    it('refuses a view whose name holds another snapshot, or whose snapshot is not there', async () => {
      const { source, viewName } = await viewed();
      const otherSnapshot = fresh('snap');
      await port.ensureSnapshot(otherSnapshot, source);
      await expect(port.ensureView(viewName, otherSnapshot)).rejects.toEqual(refusal);
      await expect(port.ensureView(fresh('view'), fresh('snap'))).rejects.toEqual(refusal);
    });

    it('does not take a view for a snapshot or the reverse', async () => {
      const { source, snapshotName, viewName } = await viewed();
      await expect(port.ensureSnapshot(viewName, source)).rejects.toEqual(refusal);
      await expect(port.removeSnapshot(viewName)).rejects.toEqual(refusal);
      await expect(port.removeView(snapshotName)).rejects.toEqual(refusal);
    });

    it('copies a copy: snapshot of a view, view of that, down to the same root volumes', async () => {
      const { view, viewName } = await viewed();
      const second = fresh('snap');
      await port.ensureSnapshot(second, { kind: 'view', id: view.id, name: viewName });
      const copy = await port.ensureView(fresh('view'), second);
      expect(rootsOf(copy.volumes)).toEqual(rootsOf(view.volumes));
    });

    it('makes a host once and refuses its initiator to another', async () => {
      const name = fresh('host');
      const made = await port.ensureHost(host(name));
      expect(made.name).toBe(name);
      expect(await port.ensureHost(host(name))).toEqual(made);
      await expect(port.ensureHost({ ...host(fresh('host')), iqn: host(name).iqn })).rejects.toEqual(refusal);
      await expect(port.ensureHost(host('h'.repeat(33)))).rejects.toEqual(refusal);
    });

    it('gives a host a further initiator', async () => {
      const name = fresh('host');
      const made = await port.ensureHost(host(name));
      const iqn = `${host(name).iqn}.b`;
      expect(await port.ensureHost({ ...host(name), iqn })).toEqual(made);
      await expect(port.ensureHost({ ...host(fresh('host')), iqn })).rejects.toEqual(refusal);
    });

    it.each([
      ['a host name with a dot', { name: 'db.example' }],
      ['no host name', { name: '' }],
      ['an initiator of no known kind', { iqn: 'db1' }],
      ['no initiator', { iqn: '' }],
    ])('refuses %s', async (_, wrong) => {
      await expect(port.ensureHost({ ...host(fresh('host')), ...wrong })).rejects.toEqual(refusal);
    });

    it('maps and unmaps, each as often as asked', async () => {
      const { snapshotName, viewName } = await viewed();
      const { name } = await port.ensureHost(host(fresh('host')));
      await port.ensureMapping(viewName, name);
      await port.ensureMapping(viewName, name);
      await expect(port.removeView(viewName)).rejects.toEqual(refusal);
      await port.removeMappings(viewName);
      await port.removeMappings(viewName);
      await port.removeView(viewName);
      await port.removeView(viewName);
      await port.removeSnapshot(snapshotName);
      await port.removeSnapshot(snapshotName);
      await expect(port.ensureView(viewName, snapshotName)).rejects.toEqual(refusal);
    });

    it('takes a view away from every host', async () => {
      const { viewName } = await viewed();
      for (const role of ['host', 'host']) {
        const { name } = await port.ensureHost(host(fresh(role)));
        await port.ensureMapping(viewName, name);
      }
      await port.removeMappings(viewName);
      await port.removeView(viewName);
      await port.removeMappings(viewName);
      await expect(port.ensureMapping(viewName, fresh('host'))).rejects.toEqual(refusal);
    });

    it('refuses to map to a host that is not there, and to map a snapshot', async () => {
      const { viewName, snapshotName } = await viewed();
      await expect(port.ensureMapping(viewName, fresh('host'))).rejects.toEqual(refusal);
      const { name } = await port.ensureHost(host(fresh('host')));
      await expect(port.ensureMapping(snapshotName, name)).rejects.toEqual(refusal);
    });

    it('refuses a host more disks than it has numbers for', async () => {
      const { source } = await original(Array.from({ length: 32 }, () => 1024));
      const { name } = await port.ensureHost(host(fresh('host')));
      const snapshotName = fresh('snap');
      await port.ensureSnapshot(snapshotName, source);
      const views = Array.from({ length: 8 }, () => fresh('view'));
      for (const view of views) await port.ensureView(view, snapshotName);
      for (const view of views.slice(0, 7)) await port.ensureMapping(view, name);
      await expect(port.ensureMapping(views[7] ?? '', name)).rejects.toEqual(refusal);
      await port.removeMappings(views[0] ?? '');
      await port.ensureMapping(views[7] ?? '', name);
    });

    it('refuses to remove a snapshot that has views, and a view that has snapshots', async () => {
      const { snapshotName, viewName, view } = await viewed();
      await port.ensureSnapshot(fresh('snap'), { kind: 'view', id: view.id, name: viewName });
      await expect(port.removeSnapshot(snapshotName)).rejects.toEqual(refusal);
      await expect(port.removeView(viewName)).rejects.toEqual(refusal);
    });

    it('makes a new snapshot under the name of a removed one', async () => {
      const { source } = await original();
      const name = fresh('snap');
      const first = await port.ensureSnapshot(name, source);
      await port.removeSnapshot(name);
      expect((await port.ensureSnapshot(name, source)).id).not.toBe(first.id);
    });
  });
};

const rootsOf = (volumes: readonly { readonly volumeId: number }[]): number[] =>
  volumes.map(({ volumeId }) => volumeId).sort((one, other) => one - other);

const bySerial = (one: { readonly serial: string }, other: { readonly serial: string }): number =>
  one.serial.localeCompare(other.serial);
