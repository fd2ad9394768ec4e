import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { arrayFolder } from '../../../local/site/array-folder.ts';
import { removeElsewhere } from '../../../local/site/elsewhere.ts';

describe('arrayFolder', () => {
  let parent: string;
  let dataDir: string;

  beforeEach(async () => {
    parent = await mkdtemp('/tmp/reprise-place-');
    dataDir = join(parent, 'data');
    await mkdir(dataDir);
  });

  afterEach(async () => {
    await removeElsewhere(dataDir);
    await rm(parent, { recursive: true });
  });

  it('is elsewhere exactly where PostgreSQL runs as a user the data folder is closed to, and stays there', async () => {
    const isRoot = process.getuid?.() === 0;
    const first = await arrayFolder(dataDir);
    expect(first.isElsewhere).toBe(isRoot);
    expect(first.path.startsWith(parent)).toBe(!isRoot);
    expect(await arrayFolder(dataDir)).toEqual(first);
    expect(await removeElsewhere(dataDir)).toEqual(isRoot ? [first.path] : []);
  });

  it('does not go on without bytes that the tables speak of', async () => {
    await writeFile(join(dataDir, 'array-elsewhere'), join(parent, 'gone'));
    await expect(arrayFolder(dataDir)).rejects.toThrow(`remove ${dataDir} and start again`);
  });
});
