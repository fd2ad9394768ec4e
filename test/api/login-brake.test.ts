/** The brake on guessing passwords: shared/domain/login-brake.ts and docs/users.md say how many, how fast. */
import { beforeEach, describe, expect, it } from 'vitest';
import { cheapHash } from './access-rows.ts';
import { apiBed, type ApiBed, startSeconds, type TestAnswer, tokens } from './api-bed.ts';
import { anAuditEntry } from '../builders/task.ts';
import { auditOf, logIn, loginRequest } from './log-in.ts';
import { useDatabase } from './test-database.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
  await bed.putUser({ name: 'ann', role: 'admin', passwordHash: cheapHash('secret') });
});

const home = '192.0.2.7';
const tryFrom = (sourceIp: string, name: string, password: string): Promise<TestAnswer> =>
  bed.send({ ...loginRequest(name, password), sourceIp });
const fail = (name: string, sourceIp = home): Promise<TestAnswer> => tryFrom(sourceIp, name, 'guess');

async function failTimes(times: number, name: string, address: (index: number) => string = () => home) {
  const statuses: number[] = [];
  for (let index = 0; index < times; index += 1) statuses.push((await fail(name, address(index))).status);
  return statuses;
}
const all = (times: number, status: number): readonly number[] => Array.from({ length: times }, () => status);
/** Names that somebody has: a test need not wait for the work that hides which are nobody's. */
async function newNames(count: number): Promise<readonly string[]> {
  const names = Array.from({ length: count }, (_, index) => `name-${String(index)}`);
  await Promise.all(names.map((name) => bed.putUser({ name, role: 'viewer', passwordHash: cheapHash('secret') })));
  return names;
}
const takeAll = async (key: { readonly kind: 'address' | 'place' | 'user'; readonly name: string }) => {
  const read = { key, untilSeconds: startSeconds + 1, isNoted: false, epoch: null };
  while (await bed.store.takeAttempt(read, startSeconds));
};
const otherAddress = (index: number): string => `198.51.100.${String(index)}`;

describe('of one name at one address', () => {
  it('lets twenty wrong passwords through, then one each half minute, and says when', async () => {
    expect(await failTimes(20, 'ann')).toEqual(all(20, 401));
    expect(await fail('ann')).toMatchObject({
      status: 429,
      headers: { 'retry-after': '30' },
      body: { detail: 'too many wrong passwords: wait' },
    });
    bed.clock.advanceSeconds(29);
    expect(await fail('ann')).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
    bed.clock.advanceSeconds(1);
    expect(await failTimes(2, 'ann')).toEqual([401, 429]);
  });

  it('holds for the right password too, and never longer than for one attempt, however many came', async () => {
    await failTimes(30, 'ann');
    expect(await tryFrom(home, 'ann', 'secret')).toMatchObject({ status: 429, headers: { 'retry-after': '30' } });
    bed.clock.advanceSeconds(30);
    expect((await tryFrom(home, 'ann', 'secret')).status).toBe(200);
  });

  it.each([
    ['of a stranger', false],
    ['where its user logged in before', true],
  ])('counts many at once, %s', async (_, isKnown) => {
    if (isKnown) expect((await tryFrom(home, 'ann', 'secret')).status).toBe(200);
    bed.clock.advanceSeconds(30);
    const answers = await Promise.all(Array.from({ length: 60 }, () => fail('ann')));
    const refused = answers.filter(({ status }) => status === 401).length;
    expect(refused).toBe(20);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(40);
  });

  it('counts a name however the form writes it', async () => {
    const sneaky = (index: number) => ({
      ...loginRequest('', ''),
      body: index % 2 === 0 ? 'username=%61nn&password=guess' : 'password=guess&username=a%6en',
    });
    for (let index = 0; index < 20; index += 1) expect((await bed.send(sneaky(index))).status).toBe(401);
    expect((await bed.send(sneaky(0))).status).toBe(429);
  });

  it('is not touched by readings of a form that nobody meant', async () => {
    await bed.putUser({ name: 'ann@example.com', role: 'viewer', passwordHash: cheapHash('p%40ss') });
    for (let index = 0; index < 15; index += 1) {
      bed.table.forgetCalls();
      expect((await tryFrom(otherAddress(index), 'ann@example.com', 'p%40ss')).status).toBe(200);
      expect(bed.table.calls().length).toBeLessThanOrEqual(6);
    }
    const audited = (await bed.table.rows()).filter(({ pk }) => String(pk).startsWith('login-brake#audit'));
    expect(audited).toEqual([]);
  });

  it('counts what a form tried before it came to a name that is braked', async () => {
    await takeAll({ kind: 'place', name: `${home} used-up` });
    for (const name of await newNames(50)) {
      const body = `username=used-up&password=guess&username=${name}`;
      expect((await bed.send({ ...loginRequest('', ''), body })).status).toBe(429);
    }
    expect(await fail('somebody-else')).toMatchObject({ status: 429, headers: { 'retry-after': '6' } });
  });

  it('leaves other names alone', async () => {
    await takeAll({ kind: 'place', name: `${home} eve` });
    expect((await fail('eve')).status).toBe(429);
    expect((await tryFrom(home, 'ann', 'secret')).status).toBe(200);
  });
});

describe('of one name, wherever the attempts come from', () => {
  const fromFive = (index: number): string => otherAddress(index % 5);

  it('lets a hundred wrong passwords through, then one each six seconds', async () => {
    expect(await failTimes(101, 'ann', fromFive)).toEqual([...all(100, 401), 429]);
    expect(await tryFrom(home, 'ann', 'secret')).toMatchObject({ status: 429, headers: { 'retry-after': '6' } });
    bed.clock.advanceSeconds(6);
    expect((await tryFrom(home, 'ann', 'secret')).status).toBe(200);
  });

  it('counts many at once', async () => {
    const answers = await Promise.all(Array.from({ length: 120 }, (_, index) => fail('ann', otherAddress(index))));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(100);
  });

  it('cannot be used up from one network', async () => {
    for (let minute = 0; minute < 10; minute += 1) {
      await failTimes(15, 'ann');
      expect((await tryFrom(otherAddress(minute), 'ann', 'secret')).status).toBe(200);
      bed.clock.advanceSeconds(60);
    }
  });
});

describe('of one address', () => {
  it('lets fifty wrong passwords through, whatever the names, then one each six seconds', async () => {
    const statuses = [];
    for (const name of await newNames(50)) statuses.push((await fail(name)).status);
    expect(statuses).toEqual(all(50, 401));
    expect(await tryFrom(home, 'ann', 'secret')).toMatchObject({ status: 429, headers: { 'retry-after': '6' } });
    expect((await tryFrom(otherAddress(1), 'ann', 'secret')).status).toBe(200);
    bed.clock.advanceSeconds(6);
    expect((await tryFrom(home, 'ann', 'secret')).status).toBe(200);
  });

  it('counts many at once, whatever the names', async () => {
    const answers = await Promise.all((await newNames(70)).map((name) => fail(name)));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(50);
  });

  it('takes the addresses of one IPv6 network for one', async () => {
    for (const [index, name] of (await newNames(50)).entries()) await fail(name, `2001:db8:0:1::${index.toString(16)}`);
    expect((await fail('ann', '2001:db8:0:1:ffff:ffff:ffff:ffff')).status).toBe(429);
    expect((await fail('ann', '2001:db8:0:2::1')).status).toBe(401);
  });

  it('does not mind logins that are right, of however many users', async () => {
    for (const name of await newNames(60)) expect((await tryFrom(home, name, 'secret')).status).toBe(200);
  });

  it('does not mind logins of one user, one after the other', async () => {
    for (let index = 0; index < 60; index += 1) expect((await tryFrom(home, 'ann', 'secret')).status).toBe(200);
  });
});

describe('cannot be turned against a user', () => {
  const useUpHome = () => takeAll({ kind: 'address', name: home });

  it('who logged in from an address before: guesses elsewhere, or at other names there, do not matter', async () => {
    await tryFrom(home, 'ann', 'secret');
    await takeAll({ kind: 'user', name: 'ann' });
    await useUpHome();
    expect([(await fail('eve')).status, (await tryFrom(otherAddress(1), 'ann', 'secret')).status]).toEqual([429, 429]);
    expect((await tryFrom(home, 'ann', 'secret')).status).toBe(200);
  });

  it('and an address is forgotten after thirty days', async () => {
    await tryFrom(home, 'ann', 'secret');
    bed.clock.advanceSeconds(30 * 24 * 3600);
    const read = { key: { kind: 'user', name: 'ann' }, untilSeconds: 0, isNoted: false, epoch: null } as const;
    while (await bed.store.takeAttempt(read, startSeconds + 30 * 24 * 3600));
    expect((await tryFrom(home, 'ann', 'secret')).status).toBe(429);
  });

  it.each([
    ['a password is set', () => bed.store.setPassword('ann', cheapHash('secret'), null, anAuditEntry())],
    [
      'the user is disabled, and enabled again',
      async () => {
        await bed.putUser({ name: 'second', role: 'admin' });
        await bed.store.changeUser('ann', { isDisabled: true }, anAuditEntry());
        await bed.store.changeUser('ann', { isDisabled: false }, anAuditEntry());
      },
    ],
  ])('and every address is forgotten once %s', async (_, end) => {
    await tryFrom(home, 'ann', 'secret');
    await end();
    await useUpHome();
    expect((await tryFrom(home, 'ann', 'secret')).status).toBe(429);
    bed.clock.advanceSeconds(6);
    expect((await tryFrom(home, 'ann', 'secret')).status).toBe(200);
    expect((await tryFrom(home, 'ann', 'secret')).status).toBe(200);
  });

  it("but not the one where a user changed one's own password", async () => {
    const token = await logIn(bed, 'ann', 'secret');
    const passwords = { current_password: 'secret', new_password: 'a long enough password' };
    const change = { method: 'PUT', path: '/api/echo/v1/me/password', token, body: passwords, sourceIp: home } as const;
    expect((await bed.send(change)).status).toBe(204);
    await useUpHome();
    expect((await tryFrom(home, 'ann', 'a long enough password')).status).toBe(200);
  });
});

describe('tells nobody which names there are', () => {
  const outcome = async (name: string) => {
    const answers: TestAnswer[] = [];
    const calls: (readonly string[])[] = [];
    for (let index = 0; index < 22; index += 1) {
      bed.table.forgetCalls();
      answers.push(await fail(name, index % 2 === 0 ? home : otherAddress(1)));
      calls.push(bed.table.calls());
    }
    return { answers, calls };
  };

  it('by status, text, headers or what it costs', async () => {
    await bed.putUser({ name: 'former', role: 'admin', passwordHash: cheapHash('guess'), isDisabled: true });
    const known = await outcome('ann');
    expect(await outcome('nobody')).toEqual(known);
    expect(await outcome('former')).toEqual(known);
  });
});

describe('leaves audit entries', () => {
  it('of failures, and one when the name or the address is braked: name, address, no password', async () => {
    await failTimes(23, 'ann');
    const entries = await auditOf(bed);
    expect(entries.map(({ operation }) => operation).sort()).toEqual([
      'login-braked',
      ...Array.from({ length: 20 }, () => 'login-failed'),
    ]);
    expect(entries).toContainEqual(
      expect.objectContaining({ operation: 'login-failed', principal: 'user:', subject: 'ann', sourceIp: home }),
    );
    expect(JSON.stringify(await bed.table.rows())).not.toContain('guess');
  });

  it('with the beginning of a long name', async () => {
    await fail('x'.repeat(5000));
    expect(await auditOf(bed)).toMatchObject([{ operation: 'login-failed', subject: 'x'.repeat(64) }]);
  });

  const fillAudit = async (operation: string, leave: number) => {
    const key = { kind: 'audit', name: operation } as const;
    const bucket = { key, untilSeconds: startSeconds + 1, isNoted: false, epoch: null };
    for (let index = leave; index < 500; index += 1)
      expect(await bed.store.takeAttempt(bucket, startSeconds)).toBe(true);
  };

  it('in a number that no stranger can raise: five hundred of each kind, then one a minute', async () => {
    await fillAudit('login-failed', 1);
    await failTimes(3, 'ann');
    expect(await auditOf(bed)).toHaveLength(1);
    bed.clock.advanceSeconds(60);
    await failTimes(2, 'late');
    expect(await auditOf(bed)).toHaveLength(2);
  });

  it('of each kind, however many there are of another', async () => {
    await fillAudit('login-failed', 0);
    await failTimes(21, 'ann');
    const body = { current_password: 'guess', new_password: 'a long enough password' };
    await bed.send({ method: 'PUT', path: '/api/echo/v1/me/password', token: tokens.viewer, body });
    expect((await auditOf(bed)).map(({ operation }) => operation).sort()).toEqual([
      'change-own-password-failed',
      'login-braked',
    ]);
  });

  it('and log lines of every one', async () => {
    await failTimes(3, 'ann');
    const warned = bed.logLines.filter(({ level }) => level === 'warn');
    expect(warned).toHaveLength(3);
    expect(warned[0]?.fields).toMatchObject({ operation: 'login-failed', source_ip: home });
  });
});

it('leaves rows that end by themselves once they mean nothing', async () => {
  await fail('ann');
  await tryFrom(otherAddress(1), 'operator', 'none');
  const brakes = (await bed.table.rows()).filter(({ pk }) => String(pk).startsWith('login-brake#'));
  const now = Math.floor(bed.clock.nowMilliseconds() / 1000);
  expect(brakes).toHaveLength(7);
  for (const { expiresAtSeconds } of brakes) expect(Number(expiresAtSeconds) - now).toBeLessThanOrEqual(120);
});
