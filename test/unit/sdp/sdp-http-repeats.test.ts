import { describe, expect, it } from 'vitest';
import { isDomainError } from '../../../shared/domain/errors.ts';
import type { SnapshotSource } from '../../../shared/ports/sdp.ts';
import { plantedPassword, sdpOverTable } from './sdp-over-table.ts';
import { firstOnes } from './table-array.ts';

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
    const { sdp, pausesMs } = sdpOverTable(firstOnes('GET /system/state', 99, busy), { requestTimeoutMs: 200 });
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

  it('calls wrong credentials a refusal, at the first answer', async () => {
    const { sdp, array } = sdpOverTable(firstOnes('GET /system/state', 99, { status: 401, text: '' }));
    const error = await failureOf(sdp.describe());
    expect(isDomainError(error, 'ArrayRefused')).toBe(true);
    expect(error.message).toContain('credentials not accepted');
    expect(array.requests).toHaveLength(1);
  });

  it.each([[400], [503]])('keeps credentials that the array echoes in a %i out of error and log', async (status) => {
    const token = Buffer.from(`planted-user:${plantedPassword}`).toString('base64');
    const text = JSON.stringify({ error_msg: `bad header Basic ${token} for planted-user:${plantedPassword}` });
    const logged: unknown[] = [];
    const note = (message: string, fields?: unknown): void => {
      logged.push(message, fields);
    };
    const { sdp } = sdpOverTable(firstOnes('GET /system/state', 99, { status, text }), {
      log: { info: note, warn: note, error: note },
    });
    const error = await failureOf(sdp.describe());
    const cause = error.cause instanceof Error ? error.cause.message : '';
    const everything = JSON.stringify([error.message, cause, error.stack, logged]);
    expect(everything).toContain('***');
    expect(everything).not.toContain(plantedPassword);
    expect(everything).not.toContain(token);
  });
});
