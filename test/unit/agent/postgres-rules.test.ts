import { describe, expect, it } from 'vitest';
import { parsePasswd } from '../../../agent/engines/postgres/account.ts';
import { findFreePort } from '../../../agent/engines/postgres/free-port.ts';
import { parseLsn } from '../../../agent/engines/postgres/lsn.ts';
import { resetAutoConf, shellWord } from '../../../agent/engines/postgres/server-settings.ts';
import { placeOfWal } from '../../../agent/engines/postgres/wal-link.ts';

describe('a position in the log', () => {
  it('compares as a number, not as text', () => {
    expect(parseLsn('0/FFFFFFFF') < parseLsn('1/0')).toBe(true);
    expect(parseLsn('0/9000028')).toBe(0x9000028n);
    expect(() => parseLsn('nowhere')).toThrow(/not a position/);
  });
});

describe('a pg_wal link of the source', () => {
  const pairs = [
    { source_serial: '1001', serial: '2001' },
    { source_serial: '1002', serial: '2002' },
  ];
  it.each([
    ['/hosts/a/1002/wal', { serial: '2002', pathInVolume: 'wal' }],
    ['/hosts/1001/1002/deep/wal/', { serial: '2002', pathInVolume: 'deep/wal' }],
    ['../../1002/wal', { serial: '2002', pathInVolume: 'wal' }],
    ['/hosts/b/2002/wal', { serial: '2002', pathInVolume: 'wal' }],
    ['/hosts/a/1002/../1003/wal', null],
    ['/var/lib/wal', null],
    ['/hosts/a/1002', null],
  ])('%s leads to %j', (target, place) => {
    const found = placeOfWal(target, pairs);
    expect(found === null ? null : { ...found, pathInVolume: found.pathInVolume.replace(/\/$/, '') }).toEqual(place);
  });
});

describe("the copy's settings", () => {
  it('lose what belongs to the source and keep the rest', () => {
    const text = resetAutoConf(
      "# comment\nPort = 5433\nwork_mem = '64MB'\narchive_mode = 'on'\nprimary_conninfo = 'host=a'\n",
    );
    expect(text).toContain("work_mem = '64MB'");
    expect(text).toContain("archive_mode = 'off'");
    expect(text).toContain("primary_conninfo = ''");
    expect(text).not.toMatch(/5433|host=a/);
    expect(resetAutoConf(text)).toBe(text);
  });
});

it('quotes words for a shell', () => {
  expect(shellWord("it's $HOME")).toBe(`'it'\\''s $HOME'`);
});

it('chooses a port that nobody has, wherever it begins to search', async () => {
  const first = await findFreePort(new Set(), () => 0.5);
  const second = await findFreePort(new Set([first]), () => 0.5);
  expect(second).not.toBe(first);
  expect(first).toBeGreaterThanOrEqual(20_000);
  expect(second).toBeLessThan(32_000);
});

it('reads accounts', () => {
  expect(parsePasswd('root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65533::/:/none\n')).toEqual([
    { name: 'root', uid: 0, gid: 0 },
    { name: 'nobody', uid: 65534, gid: 65533 },
  ]);
});
