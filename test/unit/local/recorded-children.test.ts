import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identityOf, isRunning } from '../../../local/site/process-identity.ts';
import { endRecorded, openRecord, readChildren } from '../../../local/site/recorded-children.ts';

describe('the record of children', () => {
  let dataDir: string;
  let child: ChildProcess;
  let ended: Promise<unknown>;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'reprise-children-'));
    child = spawn('sleep', ['60'], { stdio: 'ignore' });
    ended = once(child, 'exit');
  });

  afterEach(async () => {
    child.kill('SIGKILL');
    await ended;
    await rm(dataDir, { recursive: true });
  });

  it('ends what an earlier run left', async () => {
    openRecord(dataDir).add('array', child.pid!);
    expect(readChildren(dataDir)).toEqual([{ role: 'array', identity: identityOf(child.pid!) }]);
    expect(await endRecorded(dataDir)).toBe(1);
    expect(isRunning(identityOf(child.pid!))).toBe(false);
  });

  it('leaves alone a process that only has the same id', async () => {
    const children = [{ role: 'agent', identity: `${String(child.pid!)}:1` }];
    await writeFile(join(dataDir, 'children.json'), JSON.stringify(children));
    expect(await endRecorded(dataDir)).toBe(0);
    expect(isRunning(identityOf(child.pid!))).toBe(true);
  });

  it('has nothing to end on a new folder', async () => {
    expect(await endRecorded(dataDir)).toBe(0);
  });
});
