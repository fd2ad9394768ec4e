/** The brake on guessing passwords: shared/domain/login-brake.ts and docs/users.md say how many, how fast. */
import { beforeEach, describe, expect, it } from 'vitest';
import { cheapHash } from './access-rows.ts';
import { apiBed, type ApiBed, startSeconds, type TestAnswer } from './api-bed.ts';
import { auditOf, loginRequest } from './log-in.ts';
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
const otherAddress = (index: number): string => `198.51.100.${String(index)}`;

describe('of one name', () => {
  it('lets ten wrong passwords through, then one each half minute, and says when', async () => {
    expect(await failTimes(10, 'ann')).toEqual(all(10, 401));
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
    await failTimes(30, 'ann', otherAddress);
    expect(await tryFrom('203.0.113.1', 'ann', 'secret')).toMatchObject({
      status: 429,
      headers: { 'retry-after': '30' },
    });
    bed.clock.advanceSeconds(30);
    expect((await tryFrom('203.0.113.1', 'ann', 'secret')).status).toBe(200);
  });

  it('counts wherever they come from', async () => {
    expect(await failTimes(11, 'ann', otherAddress)).toEqual([...all(10, 401), 429]);
  });

  it('counts many at once', async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, (_, index) => fail('ann', otherAddress(index))));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(20);
  });

  it('counts a name however the form writes it', async () => {
    const sneaky = (index: number) => ({
      ...loginRequest('', ''),
      body: index % 2 === 0 ? 'username=%61nn&password=guess' : 'password=guess&username=a%6en',
    });
    for (let index = 0; index < 10; index += 1) expect((await bed.send(sneaky(index))).status).toBe(401);
    expect((await fail('ann')).status).toBe(429);
  });

  it('starts anew after a login', async () => {
    await failTimes(9, 'ann');
    expect((await tryFrom(home, 'ann', 'secret')).status).toBe(200);
    expect(await failTimes(10, 'ann', otherAddress)).toEqual(all(10, 401));
  });

  it('is not touched by readings of a form that nobody meant', async () => {
    await bed.putUser({ name: 'ann@example.com', role: 'viewer', passwordHash: cheapHash('p%40ss') });
    for (let index = 0; index < 15; index += 1) {
      bed.table.forgetCalls();
      expect((await tryFrom(otherAddress(index), 'ann@example.com', 'p%40ss')).status).toBe(200);
      expect(bed.table.calls().length).toBeLessThanOrEqual(6);
    }
    const marks = (await bed.table.rows()).filter(({ pk }) => /^login-brake#(user|address|audit)/.test(String(pk)));
    expect(marks).toEqual([]);
  });

  it('counts what a form tried before it came to a name that is braked', async () => {
    await failTimes(11, 'used-up', otherAddress);
    for (let index = 0; index < 50; index += 1) {
      const body = `username=used-up&password=guess&username=name-${String(index)}`;
      expect((await bed.send({ ...loginRequest('', ''), body })).status).toBe(429);
    }
    expect(await fail('somebody-else')).toMatchObject({ status: 429, headers: { 'retry-after': '6' } });
  });

  it('leaves other names alone', async () => {
    await failTimes(11, 'eve');
    expect((await tryFrom(home, 'ann', 'secret')).status).toBe(200);
  });
});

describe('of one address', () => {
  it('lets fifty wrong passwords through, whatever the names, then one each six seconds', async () => {
    const statuses = [];
    for (let index = 0; index < 50; index += 1) statuses.push((await fail(`name-${String(index)}`)).status);
    expect(statuses).toEqual(all(50, 401));
    expect(await tryFrom(home, 'ann', 'secret')).toMatchObject({ status: 429, headers: { 'retry-after': '6' } });
    expect((await tryFrom(otherAddress(1), 'ann', 'secret')).status).toBe(200);
    bed.clock.advanceSeconds(6);
    expect((await tryFrom(home, 'ann', 'secret')).status).toBe(200);
  });

  it('takes the addresses of one IPv6 network for one', async () => {
    for (let index = 0; index < 50; index += 1)
      await fail(`name-${String(index)}`, `2001:db8:0:1::${index.toString(16)}`);
    expect((await fail('ann', '2001:db8:0:1:ffff:ffff:ffff:ffff')).status).toBe(429);
    expect((await fail('ann', '2001:db8:0:2::1')).status).toBe(401);
  });

  it('does not mind logins that are right', async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, () => tryFrom(home, 'ann', 'secret')));
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(10);
    bed.clock.advanceSeconds(30);
    const later = await Promise.all(Array.from({ length: 60 }, () => tryFrom(home, 'ann', 'secret')));
    expect(later.map(({ status }) => status)).toEqual(all(60, 200));
  });
});

describe('cannot be turned against a user', () => {
  it('who logged in from an address before: the guesses of others do not hold them up there', async () => {
    await tryFrom(home, 'ann', 'secret');
    expect((await failTimes(11, 'ann', otherAddress)).at(-1)).toBe(429);
    expect((await tryFrom(home, 'ann', 'secret')).status).toBe(200);
  });

  it('and an address is forgotten after thirty days', async () => {
    await tryFrom(home, 'ann', 'secret');
    bed.clock.advanceSeconds(30 * 24 * 3600);
    await failTimes(11, 'ann', otherAddress);
    expect((await tryFrom(home, 'ann', 'secret')).status).toBe(429);
  });
});

describe('tells nobody which names there are', () => {
  const outcome = async (name: string) => {
    const answers: TestAnswer[] = [];
    const calls: (readonly string[])[] = [];
    for (let index = 0; index < 12; index += 1) {
      bed.table.forgetCalls();
      answers.push(await fail(name, otherAddress(index)));
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
    await failTimes(13, 'ann');
    const entries = await auditOf(bed);
    expect(entries.map(({ operation }) => operation).sort()).toEqual([
      'login-braked',
      ...Array.from({ length: 10 }, () => 'login-failed'),
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

  it('in a number that no stranger can raise: five hundred, then one a minute', async () => {
    const now = startSeconds;
    const bucket = { key: { kind: 'audit', name: '' }, untilSeconds: now + 1, isNoted: false } as const;
    for (let index = 0; index < 499; index += 1) expect(await bed.store.takeAttempt(bucket, now)).toBe(true);
    await failTimes(3, 'ann');
    expect(await auditOf(bed)).toHaveLength(1);
    bed.clock.advanceSeconds(60);
    await failTimes(2, 'late');
    expect(await auditOf(bed)).toHaveLength(2);
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
  expect(brakes).toHaveLength(5);
  for (const { expiresAtSeconds } of brakes) expect(Number(expiresAtSeconds) - now).toBeLessThanOrEqual(120);
});
