import { describe, expect, it } from 'vitest';
import { isDomainError } from '../../../shared/domain/errors.ts';
import type { SnapshotSource } from '../../../shared/ports/sdp.ts';
import { sdpOverTable } from './sdp-over-table.ts';

const source: SnapshotSource = { kind: 'volume-group', id: 7, name: 'sales' };
const snapshotRow = { short_name: 's1', source: { ref: '/volume_groups/7' }, is_exposable: false };
const host = { name: 'db1', os: 'Windows Server 2022', iqn: 'iqn.2026-01.test:db1' };
const refTo = (collection: string, { id }: { readonly id: number }) => ({ ref: `/${collection}/${id}` });

describe('sdp-http reading and writing', () => {
  it('reads numbers and flags that arrive as strings', async () => {
    const { sdp, array } = sdpOverTable();
    const group = array.add('volume_groups', { name: 'sales' });
    const volume = array.add('volumes', {
      name: 'data',
      size: '1048576',
      scsi_sn: 12345678,
      volume_group: refTo('volume_groups', group),
    });
    const view = array.add('snapshots', { ...snapshotRow, short_name: 'v1', is_exposable: 'True' });
    array.add('volsnaps', { scsi_sn: 'abc', source: refTo('volumes', volume), snapshot: refTo('snapshots', view) });
    expect(await sdp.locateVolumes(['12345678', 'abc'])).toMatchObject([
      { serial: '12345678', sizeMib: 1024, source: { kind: 'volume-group', id: group.id, name: 'sales' } },
      { serial: 'abc', volumeId: volume.id, source: { kind: 'view', id: view.id, name: 'v1' } },
    ]);
  });

  it('leaves out the serial of a plain snapshot, which no host sees', async () => {
    const { sdp, array } = sdpOverTable();
    const group = array.add('volume_groups', { name: 'sales' });
    const volume = array.add('volumes', {
      name: 'data',
      size: 1024,
      scsi_sn: 'aaa',
      volume_group: refTo('volume_groups', group),
    });
    const snapshot = array.add('snapshots', snapshotRow);
    array.add('volsnaps', { scsi_sn: 'bbb', source: refTo('volumes', volume), snapshot: refTo('snapshots', snapshot) });
    expect((await sdp.locateVolumes(['bbb', 'aaa'])).map(({ serial }) => serial)).toEqual(['aaa']);
  });

  it('reads every page, however short the array makes them', async () => {
    const { sdp, array } = sdpOverTable(undefined, { longestPage: 2 });
    const group = array.add('volume_groups', { name: 'sales' });
    const serials = ['a', 'b', 'c', 'd', 'e'];
    for (const serial of serials) {
      array.add('volumes', { name: serial, size: 1024, scsi_sn: serial, volume_group: refTo('volume_groups', group) });
    }
    expect((await sdp.locateVolumes(serials)).map(({ serial }) => serial)).toEqual(serials);
    expect(array.requests.filter((request) => request === 'GET /volumes')).toHaveLength(3);
  });

  it('sends no filter without a value, which the array would take for no filter', async () => {
    const { sdp, array } = sdpOverTable();
    expect(await sdp.locateVolumes(['', 'a,b'])).toEqual([]);
    expect(array.requests).toEqual([]);
  });

  it('takes a snapshot under the best-effort policy, not to be deleted by the array itself', async () => {
    const { sdp, array } = sdpOverTable();
    const { takenAtSeconds } = await sdp.ensureSnapshot('s1', source);
    expect(takenAtSeconds).toBe(1_780_000_000);
    expect(array.rows('snapshots')[0]).toMatchObject({
      ...snapshotRow,
      retention_policy: { ref: '/retention_policies/2' },
      is_auto_deleteable: false,
    });
  });

  it('refuses when the policy is not on the array, and creates nothing', async () => {
    const { sdp, array } = sdpOverTable(({ path }) =>
      path === '/retention_policies' ? { status: 200, text: '{"hits": [], "total": 0}' } : 'pass',
    );
    await expect(sdp.ensureSnapshot('s1', source)).rejects.toThrow('Best_Effort_Retention');
    expect(array.rows('snapshots')).toEqual([]);
  });

  it('refuses to choose between two objects of one name, and ignores one that is being deleted', async () => {
    const { sdp, array } = sdpOverTable();
    array.add('snapshots', { ...snapshotRow, is_deleted: true });
    const live = array.add('snapshots', snapshotRow);
    expect((await sdp.ensureSnapshot('s1', source)).id).toBe(live.id);
    array.add('snapshots', snapshotRow);
    await expect(sdp.removeSnapshot('s1')).rejects.toThrow('more than one object is named s1');
  });

  it('waits for all volumes of a view before it answers', async () => {
    let looks = 0;
    const { sdp, array, pausesMs } = sdpOverTable(({ path, query = {} }) => {
      if (path !== '/volsnaps' || query['snapshot.ref'] !== '/snapshots/4' || (looks += 1) > 2) return 'pass';
      return { status: 200, text: '{"hits": [], "total": 0}' };
    });
    const snapshot = array.add('snapshots', snapshotRow);
    const view = array.add('snapshots', { short_name: 'v1', source: refTo('snapshots', snapshot), is_exposable: true });
    for (const owner of [snapshot, view]) {
      const volsnap = { scsi_sn: `sn${owner.id}`, source: { ref: '/volumes/9' }, snapshot: refTo('snapshots', owner) };
      array.add('volsnaps', volsnap);
    }
    expect((await sdp.ensureView('v1', 's1')).volumes).toEqual([{ serial: 'sn4', volumeId: 9 }]);
    expect(pausesMs).toHaveLength(2);
  });

  it('gives a lone initiator its host', async () => {
    const { sdp, array } = sdpOverTable();
    array.add('host_iqns', { iqn: host.iqn, host: null });
    const { id } = await sdp.ensureHost(host);
    expect(array.rows('hosts')).toMatchObject([{ name: 'db1', type: 'Windows', connectivity_type: 'iSCSI' }]);
    expect(array.rows('host_iqns')).toMatchObject([{ iqn: host.iqn, host: { ref: `/hosts/${id}` } }]);
  });

  it('knows an initiator that the array keeps in small letters', async () => {
    const { sdp, array } = sdpOverTable(({ method, body }) => {
      if (method === 'POST' && body !== undefined && 'iqn' in body) {
        const kept = array.add('host_iqns', { ...body, iqn: String(body['iqn']).toLowerCase() });
        return { status: 201, text: JSON.stringify(kept) };
      }
      return 'pass';
    });
    const capital = { ...host, iqn: 'iqn.1991-05.com.microsoft:SQLPROD1' };
    expect(await sdp.ensureHost(capital)).toEqual(await sdp.ensureHost(capital));
    expect(array.rows('host_iqns')).toHaveLength(1);
  });

  it('says which host holds the initiator already', async () => {
    const { sdp, array } = sdpOverTable();
    array.add('host_iqns', { iqn: host.iqn, host: { ref: '/hosts/77' } });
    const message = `the initiator ${host.iqn} belongs to another host of the array (/hosts/77)`;
    await expect(sdp.ensureHost(host)).rejects.toThrow(message);
  });

  it('makes a Linux host of every other system', async () => {
    const { sdp, array } = sdpOverTable();
    await sdp.ensureHost({ ...host, os: 'Ubuntu 24.04' });
    expect(array.rows('hosts')).toMatchObject([{ type: 'Linux' }]);
  });

  it('names the verb in what it reports', async () => {
    const { sdp } = sdpOverTable(() => 'lose the request');
    const error = await sdp.ensureMapping('v1', 'db1').then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(isDomainError(error, 'ArrayUnavailable')).toBe(true);
    expect(String(error)).toContain('map the view v1 to db1');
  });
});
