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

  it.runIf(process.getuid?.() === 0)(
    'is elsewhere, and stays there, when the data folder is closed to the user of PostgreSQL',
    async () => {
      const first = await arrayFolder(dataDir);
      expect(first.isElsewhere).toBe(true);
      expect(first.path).not.toContain(parent);
      expect(await arrayFolder(dataDir)).toEqual(first);
      expect(await removeElsewhere(dataDir)).toEqual([first.path]);
    },
  );

  it.runIf(process.getuid?.() !== 0)('is in the data folder where PostgreSQL runs as this very user', async () => {
    expect(await arrayFolder(dataDir)).toEqual({ path: join(dataDir, 'array'), isElsewhere: false });
  });

  it('does not go on without bytes that the tables speak of', async () => {
    await writeFile(join(dataDir, 'array-elsewhere'), join(parent, 'gone'));
    await expect(arrayFolder(dataDir)).rejects.toThrow(`remove ${dataDir} and start again`);
  });
});
