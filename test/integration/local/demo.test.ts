import { describe, expect, it } from 'vitest';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { stepNames } from '../../../local/demo/demo-report.ts';
import { processesOn, startLocal } from './started-process.ts';

describe('npm run demo', () => {
  it('proves a clone by SQL, leaves nothing, and tells so on one line of JSON', async () => {
    const temporary = await mkdtemp('/tmp/reprise-demo-test-');
    await chmod(temporary, 0o711);
    const demo = startLocal('demo', ['--json', '--rows', '2000'], { TMPDIR: temporary });
    expect(await demo.ended, demo.stderr()).toBe(0);
    const lines = demo.stdout().trim().split('\n');
    expect(lines).toHaveLength(1);
    const report = JSON.parse(lines[0]!);
    expect(report).toMatchObject({ ok: true, rows: 2000, leftovers: [] });
    expect(report.checksum_source).toMatch(/^[0-9a-f]{32}$/);
    expect(report.checksum_clone).toBe(report.checksum_source);
    expect(report.steps.map(({ name }: { name: string }) => name)).toEqual([...stepNames]);
    expect(report.steps.every(({ ok, seconds }: { ok: boolean; seconds: number }) => ok && seconds >= 0)).toBe(true);
    expect(demo.stderr()).toMatch(/step\s+seconds/);
    expect(demo.stderr()).not.toContain('"level"');
    expect(await processesOn(temporary)).toEqual([]);
    // Caches stay: of tsx, and of PostgreSQL's programs for a user who cannot reach the checkout.
    expect((await readdir(temporary)).filter((name) => !/^(tsx|reprise-postgres)-/.test(name))).toEqual([]);
    await rm(temporary, { recursive: true });
  }, 120_000);

  it('refuses a row count that is none', async () => {
    const demo = startLocal('demo', ['--rows', '-3']);
    expect(await demo.ended).toBe(1);
    expect(demo.stderr()).toContain('whole number');
  });
});
