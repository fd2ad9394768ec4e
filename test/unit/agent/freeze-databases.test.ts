import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freezeDatabases } from '../../../agent/execution/freeze-databases.ts';
import { aHost, aMachine, givenStaged } from './swap-bed.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprise-vss-'));
});
afterEach(() => rm(folder, { recursive: true }));

const freeze = { freeze_id: 'f', databases: [{ id: '5', name: 'one' }], max_seconds: 30 };

describe('a freeze that forces VSS', () => {
  it('is refused on a host without a provider, and nothing is frozen', async () => {
    const host = await aHost(folder, aMachine());
    await givenStaged(host);
    const forced = freezeDatabases(host, { ...freeze, force_vss: true });
    await expect(forced).rejects.toMatchObject({ code: 'FREEZE_FAILED', message: expect.stringContaining('VSS') });
    expect(host.freezes.holds('5')).toBe(false);
    await freezeDatabases(host, { ...freeze, force_vss: false });
    expect(host.freezes.holds('5')).toBe(true);
    await host.freezes.endAll('the test is over');
  });

  it('is carried out on a host with one', async () => {
    const host = { ...(await aHost(folder, aMachine())), hasVssProvider: true };
    await givenStaged(host);
    await freezeDatabases(host, { ...freeze, force_vss: true });
    expect(host.freezes.holds('5')).toBe(true);
    await host.freezes.endAll('the test is over');
  });
});
