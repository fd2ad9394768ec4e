/** Users and their tokens: what is one write, who wins, and what a revocation reaches. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { knownPlace } from '../../../shared/domain/login-brake.ts';
import type { AppToken } from '../../../shared/domain/token.ts';
import type { User } from '../../../shared/domain/user.ts';
import { anAppToken, anAppTokenRow, aUser } from '../../builders/access.ts';
import { anAuditEntry } from '../../builders/task.ts';
import { auditRetentionDays, fresh, startStoreBed, type StoreBed } from './store-bed.ts';

let bed: StoreBed;
beforeAll(async () => {
  bed = await startStoreBed();
}, 30_000);
afterAll(() => bed.stop());
beforeEach(() => bed.live());

const audit = anAuditEntry();
const make = async (about: Partial<User> = {}): Promise<User> => {
  const user = aUser({ name: fresh('user'), role: 'viewer', ...about });
  expect(await bed.store.createUser(user, audit)).toBe(true);
  return user;
};

describe('a user', () => {
  it('is made once; of two at once one wins, and the loser changes nothing', async () => {
    const user = await make();
    expect(await bed.store.createUser({ ...user, role: 'admin' }, audit)).toBe(false);
    expect(await bed.store.getUser(user.name)).toEqual(user);
    expect(await bed.store.listUsers()).toContainEqual(user);
  });

  it('has a new epoch with each password, also when two are set at once', async () => {
    const { name } = await make();
    await Promise.all(['a', 'b'].map((hash) => bed.store.setPassword(name, hash, null, audit)));
    expect(await bed.store.getUser(name)).toMatchObject({ tokenEpoch: 2 });
  });

  it('keeps the password when the one to replace is another by now', async () => {
    const user = await make();
    const known = knownPlace({ kind: 'known', name: fresh('place') }, 1, 1_767_000_000);
    const replacing = (replaces: string) => bed.store.setPassword(user.name, 'next', { replaces, known }, audit);
    const isKnownThere = async () => (await bed.store.readBrakes([known.key], null)).marks[0].untilSeconds > 0;
    expect(await replacing('not this')).toBe(false);
    expect(await isKnownThere()).toBe(false);
    expect(await bed.store.getUser(user.name)).toEqual(user);
    expect(await replacing(user.passwordHash)).toBe(true);
    expect(await isKnownThere()).toBe(true);
  });

  it('is not made by a password or a change', async () => {
    const name = fresh('user');
    expect(await bed.store.setPassword(name, 'hash', null, audit)).toBe(false);
    expect(await bed.store.changeUser(name, { role: 'admin' }, audit)).toBe('absent');
    expect(await bed.store.getUser(name)).toBeUndefined();
  });

  it.each([
    [{ isDisabled: true }, { isDisabled: true, tokenEpoch: 1 }],
    [{ isDisabled: false }, {}],
    [{ role: 'operator' as const }, { role: 'operator' }],
    [
      { role: 'operator' as const, isDisabled: true },
      { role: 'operator', isDisabled: true, tokenEpoch: 1 },
    ],
  ])('%o makes %o, and says so', async (change, made) => {
    const user = await make();
    expect(await bed.store.changeUser(user.name, change, audit)).toEqual({ ...user, ...made });
    expect(await bed.store.getUser(user.name)).toEqual({ ...user, ...made });
  });
});

describe('of the enabled admins', () => {
  const admins = async (): Promise<readonly User[]> =>
    (await bed.store.listUsers()).filter((one) => one.role === 'admin' && !one.isDisabled);
  const onlyThese = async (count: number): Promise<readonly User[]> => {
    const made = await Promise.all(Array.from({ length: count }, () => make({ role: 'admin' })));
    const names = new Set(made.map(({ name }) => name));
    for (const other of (await admins()).filter(({ name }) => !names.has(name)))
      await bed.store.changeUser(other.name, { role: 'viewer' }, audit);
    return made;
  };

  it('the last cannot go, and nothing is written', async () => {
    const [last] = await onlyThese(1);
    bed.forgetCalls();
    expect(await bed.store.changeUser(last!.name, { isDisabled: true }, audit)).toBe('lastAdmin');
    expect(await bed.store.changeUser(last!.name, { role: 'operator' }, audit)).toBe('lastAdmin');
    expect(bed.calls.map(({ operation }) => operation)).toEqual(['Query', 'Query']);
    expect(await admins()).toEqual([last]);
  });

  it.each([2, 3, 5])('one of %i stays when all are taken away at once', async (count) => {
    const made = await onlyThese(count);
    const outcomes = await Promise.all(
      made.map(({ name }, index) =>
        bed.store.changeUser(name, index % 2 === 0 ? { isDisabled: true } : { role: 'viewer' }, audit),
      ),
    );
    expect(outcomes.filter((one) => one === 'lastAdmin')).toHaveLength(1);
    expect(await admins()).toHaveLength(1);
  });
});

describe('app tokens', () => {
  const give = async (user: User, replaces: AppToken | null = null) => {
    const made = anAppToken({ user: user.name, tokenId: fresh('token'), epoch: user.tokenEpoch });
    const row = anAppTokenRow(made);
    return { made, row, stored: await bed.store.putAppToken(made, row, replaces, audit) };
  };

  it('are found with their user in one call', async () => {
    const user = await make();
    const { row, stored } = await give(user);
    expect(stored).toBe(true);
    bed.forgetCalls();
    expect(await bed.store.findBearer(row.tokenHash, user.name)).toEqual({ token: row, user });
    expect(bed.calls.map(({ operation }) => operation)).toEqual(['BatchGetItem']);
    expect(await bed.store.findBearer('nothing', 'nobody')).toEqual({ token: undefined, user: undefined });
  });

  it('are not given out at an epoch that is over', async () => {
    const user = await make();
    await bed.store.setPassword(user.name, 'next', null, audit);
    const { row, stored } = await give(user);
    expect(stored).toBe(false);
    expect((await bed.store.findBearer(row.tokenHash, null)).token).toBeUndefined();
    expect(await bed.store.listAppTokens(user.name)).toEqual([]);
  });

  it('take the place of another with both its rows, or of none', async () => {
    const user = await make();
    const { made: old, row } = await give(user);
    expect((await give({ ...user, tokenEpoch: 5 }, old)).stored).toBe(false);
    expect((await bed.store.findBearer(row.tokenHash, null)).token).toEqual(row);
    const { made, stored } = await give(user, old);
    expect(stored).toBe(true);
    expect(await bed.store.listAppTokens(user.name)).toEqual([made]);
    expect((await bed.store.findBearer(row.tokenHash, null)).token).toBeUndefined();
  });

  it('are revoked with both rows', async () => {
    const user = await make();
    const [one, other] = [await give(user), await give(user)];
    expect(await bed.store.revokeAppToken(user.name, one.made.tokenId, audit)).toBe(true);
    expect(await bed.store.revokeAppToken(user.name, one.made.tokenId, audit)).toBe(false);
    expect((await bed.store.findBearer(one.row.tokenHash, null)).token).toBeUndefined();
    expect(await bed.store.listAppTokens(user.name)).toEqual([other.made]);
  });

  it('have a last use that is noted once per reading, and not after they were revoked', async () => {
    const user = await make();
    const { made, row } = await give(user);
    await bed.store.noteTokenUse(row, 50);
    await bed.store.noteTokenUse(row, 60);
    expect(await bed.store.listAppTokens(user.name)).toEqual([{ ...made, lastUsedSeconds: 50 }]);
    const { token } = await bed.store.findBearer(row.tokenHash, null);
    expect(token).toEqual({ ...row, lastUsedSeconds: 50 });
    await bed.store.noteTokenUse(token!, 400);
    expect(await bed.store.listAppTokens(user.name)).toEqual([{ ...made, lastUsedSeconds: 400 }]);
    await bed.store.revokeAppToken(user.name, made.tokenId, audit);
    await bed.store.noteTokenUse({ ...row, lastUsedSeconds: 400 }, 800);
    expect((await bed.store.findBearer(row.tokenHash, null)).token).toBeUndefined();
  });

  it('are shown with an older use when the process dies between the two rows', async () => {
    const user = await make();
    const { made, row } = await give(user);
    bed.dieAtWrite(2);
    await expect(bed.store.noteTokenUse(row, 50)).rejects.toThrow();
    bed.live();
    expect(await bed.store.listAppTokens(user.name)).toEqual([made]);
    expect((await bed.store.findBearer(row.tokenHash, null)).token).toEqual({ ...row, lastUsedSeconds: 50 });
  });
});

it('gives audit entries an end, counted from their own instant', async () => {
  const entry = anAuditEntry({ atMilliseconds: 1_767_000_000_500, refId: fresh('ref') });
  await bed.store.putAudit(entry);
  const put = bed.calls.at(-1)?.body['Item'];
  expect(put).toMatchObject({ expiresAtSeconds: { N: String(1_767_000_000 + auditRetentionDays * 24 * 3600) } });
  await bed.store.createUser(aUser({ name: fresh('user') }), entry);
  expect(JSON.stringify(bed.calls.at(-1)?.body)).toContain(String(1_767_000_000 + auditRetentionDays * 24 * 3600));
});
