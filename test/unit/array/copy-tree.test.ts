import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseCopyTree, copyWithNode } from '../../../local/array/bytes/copy-tree.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'copy-tree-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe.each([
  ['node alone', async () => Promise.resolve(copyWithNode)],
  ['the fastest way here', chooseCopyTree],
])('a copy with %s', (_name, choose) => {
  it('has everything that was in the tree, with modes and times', async () => {
    const copyTree = await choose();
    const [from, to] = [join(folder, 'from'), join(folder, 'to')];
    mkdirSync(join(from, 'deep', 'empty'), { recursive: true });
    for (let number = 0; number < 100; number += 1)
      writeFileSync(join(from, 'deep', `f${number}`), `content ${number}`);
    chmodSync(join(from, 'deep', 'f1'), 0o600);
    symlinkSync('/nowhere/at/all', join(from, 'link'));
    utimesSync(join(from, 'deep'), 1_000_000, 2_000_000);
    chmodSync(from, 0o700);
    await copyTree(from, to);
    expect(readFileSync(join(to, 'deep', 'f99'), 'utf8')).toBe('content 99');
    expect(readlinkSync(join(to, 'link'))).toBe('/nowhere/at/all');
    for (const path of ['.', 'deep', 'deep/f1', 'deep/empty']) {
      const [was, is] = [lstatSync(join(from, path)), lstatSync(join(to, path))];
      expect(is.mode, path).toBe(was.mode);
      expect(is.mtimeMs, path).toBeCloseTo(was.mtimeMs, 1);
    }
  });

  it('fails when the source is not there', async () => {
    const copyTree = await choose();
    await expect(copyTree(join(folder, 'absent'), join(folder, 'to'))).rejects.toThrow();
  });
});
