import { describe, expect, it } from 'vitest';
import { isDomainError } from '../../../shared/domain/errors.ts';
import type { SnapshotSource } from '../../../shared/ports/sdp.ts';
import { sdpOverTable } from './sdp-over-table.ts';
import { firstOnes, type Intercept } from './table-array.ts';

const source: SnapshotSource = { kind: 'volume-group', id: 7, name: 'sales' };
const busy = { status: 400, text: '{"error_msg": "MC_ERR_BUSY: try later"}' };
const refusal = { status: 400, text: '{"error_msg": "quota exceeded"}' };
const posts = (requests: readonly string[]): string[] => requests.filter((request) => request.startsWith('POST'));
const failureOf = async (call: Promise<unknown>): Promise<Error> => {
  const outcome = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(outcome instanceof Error)) throw new Error('the call was to fail');
  return outcome;
};

describe('sdp-http repeats', () => {
  it('finds the object of a creation whose answer was lost', async () => {
    const { sdp, array } = sdpOverTable(firstOnes('POST /snapshots', 1, 'lose the answer'));
    const snapshot = await sdp.ensureSnapshot('s1', source);
    expect(array.rows('snapshots').map(({ id }) => id)).toEqual([snapshot.id]);
    expect(posts(array.requests)).toHaveLength(1);
  });

  it('creates again after a request that never arrived, having looked first', async () => {
    const { sdp, array } = sdpOverTable(firstOnes('POST /snapshots', 1, 'lose the request'));
    await sdp.ensureSnapshot('s1', source);
    const calls = array.requests.filter((request) => request.endsWith(' /snapshots'));
    expect(calls).toEqual(['GET /snapshots', 'POST /snapshots', 'GET /snapshots', 'POST /snapshots']);
    expect(array.rows('snapshots')).toHaveLength(1);
  });

  it.each([
    ['busy', busy],
    ['too fast', { status: 429, text: '{"error_msg": "too fast"}' }],
    ['service died', { status: 502, text: '<html>' }],
    ['an answer nobody can read', { status: 201, text: '<html>' }],
  ])('repeats after: %s', async (_, answer) => {
    const { sdp, array, pausesMs } = sdpOverTable(firstOnes('POST /snapshots', 2, answer));
    await sdp.ensureSnapshot('s1', source);
    expect(array.rows('snapshots')).toHaveLength(1);
    expect(pausesMs).toEqual([75, 150]);
  });

  it('gives up on an array that stays busy, as unavailable', async () => {
    const { sdp, array } = sdpOverTable(firstOnes('POST /snapshots', 99, busy));
    const error = await failureOf(sdp.ensureSnapshot('s1', source));
    expect(isDomainError(error, 'ArrayUnavailable')).toBe(true);
    expect(posts(array.requests)).toHaveLength(6);
  });

  it('never goes beyond its time bound', async () => {
    const { sdp, pausesMs } = sdpOverTable(firstOnes('GET /system/state', 99, busy), { verbTimeoutMs: 200 });
    expect(isDomainError(await failureOf(sdp.describe()), 'ArrayUnavailable')).toBe(true);
    expect(pausesMs).toEqual([75]);
  });

  it('does not repeat a refusal, and says what the array said', async () => {
    const { sdp, array, pausesMs } = sdpOverTable(firstOnes('POST /snapshots', 99, refusal));
    const error = await failureOf(sdp.ensureSnapshot('s1', source));
    expect(isDomainError(error, 'ArrayRefused')).toBe(true);
    expect(error.message).toContain('quota exceeded');
    expect(posts(array.requests)).toHaveLength(1);
    expect(pausesMs).toEqual([]);
  });

  it('takes a refusal after a lost answer for its own earlier work, and waits until that is to be seen', async () => {
    let posted = 0;
    const { sdp, array } = sdpOverTable(({ method, path }) => {
      if (path !== '/snapshots') return 'pass';
      if (method === 'POST') {
        posted += 1;
        return posted === 1 ? 'lose the answer' : { status: 400, text: '{"error_msg": "name in use"}' };
      }
      return posted < 2 ? { status: 200, text: '{"hits": [], "total": 0}' } : 'pass';
    });
    const snapshot = await sdp.ensureSnapshot('s1', source);
    expect(array.rows('snapshots').map(({ id }) => id)).toEqual([snapshot.id]);
  });

  it.each([['lose the answer' as const], ['lose the request' as const], [busy]])(
    'removes once more after %j',
    async (verdict) => {
      const { sdp, array } = sdpOverTable(firstOnes('DELETE /snapshots/3', 1, verdict));
      array.add('snapshots', { short_name: 's1', source: { ref: '/volume_groups/7' }, is_exposable: false });
      await sdp.removeSnapshot('s1');
      expect(array.rows('snapshots')).toEqual([]);
    },
  );

  it('waits as long as the array asks for, and no longer than it has time', async () => {
    const wait = { status: 429, text: '{"error_msg": "too fast"}', retryAfterMs: 4_000 };
    const patient = sdpOverTable(firstOnes('POST /snapshots', 2, wait));
    await patient.sdp.ensureSnapshot('s1', source);
    expect(patient.pausesMs).toEqual([4_075, 4_150]);
    const hurried = sdpOverTable(firstOnes('POST /snapshots', 2, { ...wait, status: 503 }), { verbTimeoutMs: 4_000 });
    await expect(hurried.sdp.ensureSnapshot('s1', source)).rejects.toMatchObject({ code: 'ArrayUnavailable' });
    expect(hurried.pausesMs).toEqual([]);
    expect(posts(hurried.array.requests)).toHaveLength(1);
  });

  it('does not remove what came to live under the id of what its unanswered attempt removed', async () => {
    let removals = 0;
    const own = { short_name: 's1', source: { ref: '/volume_groups/7' }, is_exposable: false };
    const loseAnswer: Intercept = ({ method }) => {
      if (method !== 'DELETE') return 'pass';
      removals += 1;
      return 'lose the answer';
    };
    const { sdp, array } = sdpOverTable(loseAnswer, {
      sleep: async () => array.add('snapshots', { ...own, id, short_name: 'of another' }),
    });
    const { id } = array.add('snapshots', own);
    await sdp.removeSnapshot('s1');
    expect(array.rows('snapshots')).toMatchObject([{ id, short_name: 'of another' }]);
    expect(removals).toBe(1);
  });

  it.each([
    ['gone', true],
    ['still there', false],
  ])('looks again after a refused removal: %s', async (_, isGone) => {
    const { sdp, array } = sdpOverTable(({ method }) => {
      if (method !== 'DELETE') return 'pass';
      if (isGone) array.clear('snapshots');
      return { status: 400, text: '{"error_msg": "cannot"}' };
    });
    array.add('snapshots', { short_name: 's1', source: { ref: '/volume_groups/7' }, is_exposable: false });
    const outcome = await sdp.removeSnapshot('s1').then(
      () => 'removed',
      (error: unknown) => isDomainError(error, 'ArrayRefused') && error.message,
    );
    expect(outcome).toBe(isGone ? 'removed' : 'the array refused to remove the snapshot s1: cannot');
  });

  it.each([
    ['the removal', 'DELETE /snapshots/3', { status: 401, text: '' }],
    ['the removal', 'DELETE /snapshots/3', { status: 400, text: '{"error_msg": "cannot"}' }],
    ['the look', 'GET /snapshots', { status: 403, text: '{"error_msg": "cannot"}' }],
  ])('does not say "refused" when %s is refused after an unanswered removal: %s %j', async (_, what, refusal) => {
    let removals = 0;
    const { sdp, array } = sdpOverTable(({ method, path }) => {
      if (removals > 0 && `${method} ${path}` === what) return refusal;
      if (method !== 'DELETE') return 'pass';
      removals += 1;
      return 'lose the request';
    });
    array.add('snapshots', { short_name: 's1', source: { ref: '/volume_groups/7' }, is_exposable: false });
    await expect(sdp.removeSnapshot('s1')).rejects.toMatchObject({ code: 'ArrayUnavailable' });
  });

  it('does not take an initiator away from the host that got it while its own attempt had no answer', async () => {
    const host = { name: 'db1', os: 'Linux', iqn: 'iqn.2026-01.test:db1' };
    const { sdp, array } = sdpOverTable(({ method }) => {
      if (method !== 'PATCH') return 'pass';
      array.clear('host_iqns');
      array.add('host_iqns', { iqn: host.iqn, host: { ref: '/hosts/77' } });
      return 'lose the request';
    });
    array.add('host_iqns', { iqn: host.iqn, host: null });
    await expect(sdp.ensureHost(host)).rejects.toThrow('belongs to another host of the array (/hosts/77)');
    expect(array.rows('host_iqns')).toMatchObject([{ host: { ref: '/hosts/77' } }]);
  });

  it('does not take the answer to another request for its own', async () => {
    const { sdp, array } = sdpOverTable(
      firstOnes('POST /snapshots', 1, {
        status: 201,
        text: JSON.stringify({ id: 99, short_name: 'of another', source: null, volume_group: null, creation_time: 1 }),
      }),
    );
    const { id } = await sdp.ensureSnapshot('s1', source);
    expect(array.rows('snapshots')).toMatchObject([{ id, short_name: 's1' }]);
  });

  it('logs every repeated call, with the array and the reason', async () => {
    const { sdp, logged } = sdpOverTable(firstOnes('POST /snapshots', 1, busy));
    await sdp.ensureSnapshot('s1', source);
    expect(logged).toEqual([
      {
        level: 'warn',
        message: 'array call repeated',
        array: 'array.test',
        what: 'take the snapshot s1 of sales',
        attempt: 1,
        cause: 'MC_ERR_BUSY: try later',
      },
    ]);
  });
});
