import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findBinaries } from '../../../agent/engines/postgres/binaries.ts';
import { openPrivateRoot } from '../../../agent/engines/postgres/private-root.ts';
import { isReachable } from '../../../agent/engines/postgres/reachability.ts';

const stranger = { name: 'stranger', uid: 54_321, gid: 54_321 };
let closed: string;
const strays: string[] = [];

beforeEach(async () => {
  closed = await mkdtemp(join(tmpdir(), 'reprise-places-'));
  await chmod(closed, 0o700);
});
afterEach(async () => {
  for (const folder of [closed, ...strays.splice(0)]) await rm(folder, { recursive: true, force: true });
});

describe('programs under a closed folder', () => {
  it('are copied once, with what lies beside them, to where the account can reach them', async () => {
    await mkdir(join(closed, 'pg', 'bin'), { recursive: true });
    await mkdir(join(closed, 'pg', 'lib'));
    await writeFile(join(closed, 'pg', 'bin', 'postgres'), 'program', { mode: 0o755 });
    await writeFile(join(closed, 'pg', 'lib', 'libpq.so.5'), 'library');
    await symlink('libpq.so.5', join(closed, 'pg', 'lib', 'libpq.so'));
    const bin = await findBinaries(join(closed, 'pg', 'bin'), stranger);
    strays.push(dirname(bin));
    expect(await isReachable(join(bin, 'postgres'), stranger)).toBe(true);
    expect(await readFile(join(bin, '..', 'lib', 'libpq.so'), 'utf8')).toBe('library');
    expect(await findBinaries(join(closed, 'pg', 'bin'), stranger)).toBe(bin);
    expect(await findBinaries(join(closed, 'pg', 'bin'), null)).toBe(join(closed, 'pg', 'bin'));
  });

  it('must be there', async () => {
    await expect(findBinaries(join(closed, 'none'), null)).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
  });
});

describe("the folder of the servers' sockets", () => {
  it('is inside the state directory, unless that is closed to the account', async () => {
    expect(await openPrivateRoot(closed, null)).toBe(join(closed, 'clusters'));
    const elsewhere = await openPrivateRoot(closed, stranger);
    strays.push(elsewhere);
    expect(await isReachable(elsewhere, stranger)).toBe(true);
    expect((await stat(elsewhere)).mode & 0o777).toBe(0o711);
    expect(await openPrivateRoot(closed, stranger)).toBe(elsewhere);
  });

  it('is never too deep for a socket', async () => {
    const deep = join(closed, 'a-folder-with-a-long-name'.repeat(4));
    await mkdir(deep);
    const root = await openPrivateRoot(deep, null);
    strays.push(root);
    expect(join(root, '1234567', '.s.PGSQL.31999').length).toBeLessThan(107);
  });
});
