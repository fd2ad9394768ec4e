/** Everything that is a name or a key: stable, distinct, and within the limits of whoever reads it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrayName, maxArrayNameLength } from '../../../shared/domain/array-names.ts';
import { databaseNameProblem, sameName } from '../../../shared/domain/database.ts';
import { lockKey } from '../../../shared/domain/lock.ts';
import { lockKeysOf, reservedLockKeys, sourceLockKeys } from '../../../shared/domain/plan.ts';
import { requestIdOf, requestIdRandomBytes } from '../../../shared/domain/request-id.ts';
import { randomIds } from '../../../shared/ports/ids.ts';
import { aCloneDeletion, aClonePlan, aSnapshotDeletion } from '../../builders/task.ts';

const runs = { seed: 20_260_101, numRuns: 300 };

describe('keys of locks', () => {
  it('do not tell names apart by case, but hosts', () => {
    expect(lockKey('h', 'Sales')).toBe(lockKey('h', 'sALES'));
    expect(lockKey('H', 'sales')).not.toBe(lockKey('h', 'sales'));
    expect(lockKey('h', 'sales')).not.toBe(lockKey('h2', 'sales'));
  });

  it('of a plan are its sources and the names it makes', () => {
    const plan = aClonePlan({
      sources: [
        { dbId: '5', uid: '', dbName: 'Sales', vendor: 'postgres' },
        { dbId: '6', uid: '', dbName: 'hr', vendor: 'postgres' },
      ],
      destinations: [
        { hostId: 'host-2', dbName: 'A', sourceDbId: '5' },
        { hostId: 'host-3', dbName: 'a', sourceDbId: '6' },
      ],
    });
    expect(sourceLockKeys(plan)).toEqual(['host-1/sales', 'host-1/hr']);
    expect(reservedLockKeys(plan)).toEqual(['host-2/a', 'host-3/a']);
    expect(lockKeysOf(plan)).toEqual(['host-1/sales', 'host-1/hr', 'host-2/a', 'host-3/a']);
  });

  it('of deletions', () => {
    expect(lockKeysOf(aCloneDeletion({ dbName: 'Copy' }))).toEqual(['host-2/copy']);
    expect(reservedLockKeys(aCloneDeletion())).toEqual([]);
    expect(lockKeysOf(aSnapshotDeletion())).toEqual([]);
  });
});

describe('names of databases', () => {
  it.each(['a', 'Sales 2024', 'größe', '数据库', 'a'.repeat(128), 'a/b', 'a#b', 'masters'])('takes %s', (name) => {
    expect(databaseNameProblem(name)).toBeNull();
  });
  it.each([
    '',
    'a'.repeat(129),
    'a[b',
    'a]b',
    'a"b',
    "a'b",
    'a\nb',
    'a\u007fb',
    'a\u0000',
    'MASTER',
    'tempdb',
    'Template0',
  ])('refuses %j', (name) => {
    expect(databaseNameProblem(name)).toEqual(expect.any(String));
  });
  it('compares them without case', () => {
    expect(sameName('Sales', 'SALES')).toBe(true);
    expect(sameName('Sales', 'Sale')).toBe(false);
  });
});

describe('names on the array', () => {
  const role = fc.constantFrom('snap', 'view', 'view-49-31', 'array-snapshot-3-31', 'mapping-0-1');

  it('fit, are safe, and stay the same', () => {
    fc.assert(
      fc.property(fc.string(), role, (requestId, what) => {
        const name = arrayName(requestId, what);
        expect(name.length).toBeLessThanOrEqual(maxArrayNameLength);
        expect(name).toMatch(/^rp-[a-z0-9-]+$/);
        expect(arrayName(requestId, what)).toBe(name);
      }),
      runs,
    );
  });

  it('of one task or of many are all distinct', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.string(), role), {
          selector: (pair) => pair.join('\n'),
          minLength: 2,
          maxLength: 50,
        }),
        (pairs) => {
          expect(new Set(pairs.map(([requestId, what]) => arrayName(requestId, what))).size).toBe(pairs.length);
        },
      ),
      runs,
    );
  });

  it('are the ones that were given before: what exists on an array is found under them', () => {
    expect(arrayName('request-1', 'view-0-0')).toBe('rp-view-0-0-44ab895004b217fe49b3edb9');
  });

  it('keep a whole hash for the longest role there is', () => {
    for (const what of ['view-49-31', 'snap-99-31']) expect(arrayName('r', what)).toMatch(/-[0-9a-f]{24}$/);
  });
});

describe('request ids', () => {
  const bytes = fc.uint8Array({ minLength: requestIdRandomBytes, maxLength: requestIdRandomBytes });
  const time = fc.integer({ min: 0, max: 64 ** 7 - 1 });

  it('are 32 characters that need no escaping in a URL, and have no dot', () => {
    fc.assert(
      fc.property(time, bytes, (at, random) => {
        expect(requestIdOf(at, random)).toMatch(/^[A-Za-z0-9_-]{32}$/);
      }),
      runs,
    );
  });

  it('sort by time, byte by byte', () => {
    fc.assert(
      fc.property(time, time, bytes, bytes, (one, other, first, second) => {
        fc.pre(one !== other);
        const [left, right] = [requestIdOf(one, first), requestIdOf(other, second)];
        expect(Buffer.compare(Buffer.from(left), Buffer.from(right))).toBe(Math.sign(one - other));
      }),
      runs,
    );
  });

  it('take every bit of time and chance into account', () => {
    const random = new Uint8Array(requestIdRandomBytes);
    const other = Uint8Array.from(random, (_, index) => (index === requestIdRandomBytes - 1 ? 1 : 0));
    expect(requestIdOf(1, random)).not.toBe(requestIdOf(2, random));
    expect(requestIdOf(1, random)).not.toBe(requestIdOf(1, other));
  });

  it('last until 2109', () => {
    expect(new Date(64 ** 7 - 1).getUTCFullYear()).toBe(2109);
  });
});

describe('random ids', () => {
  const ids = randomIds({ nowMilliseconds: () => 1_767_000_000_000 });
  it('differ, also within one millisecond', () => {
    const many = Array.from({ length: 1000 }, () => ids.requestId());
    expect(new Set(many).size).toBe(1000);
  });
  it('of tokens carry 192 bits in 32 characters', () => {
    expect(ids.token()).toMatch(/^[A-Za-z0-9_-]{32}$/);
    expect(ids.refId()).toMatch(/^self-[0-9a-f]{8}$/);
  });
});
