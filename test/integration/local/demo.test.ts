import { describe, expect, it } from 'vitest';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { stepNames } from '../../../local/demo/demo-report.ts';
import { processesOn, startLocal } from './started-process.ts';

describe('npm run demo', () => {
  it('proves clones and refreshes by SQL, leaves nothing, and tells so on one line of JSON', async () => {
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
    expect(report.copies).toMatchObject([
      { step: 'import', host: 'pgdev1', database: 'shop_bug', consistency_level: 'crash' },
      { step: 'import', host: 'pgqa1', database: 'shop_qa', consistency_level: 'crash' },
      { step: 'keep-backup', host: 'pgqa1', database: 'shop_qa', consistency_level: 'application' },
      {
        step: 'keep-backup',
        database: expect.stringMatching(/^shop_qa_bkp_\d{8}T\d{6}Z$/),
        consistency_level: 'crash',
      },
      { step: 'refresh', host: 'pgdev1', database: 'shop_dev', consistency_level: 'application' },
    ]);
    const sums = report.copies.map((copy: { checksum_source: string; checksum_copy: string }) => {
      expect(copy.checksum_copy).toBe(copy.checksum_source);
      return copy.checksum_copy;
    });
    // Clone, import, and refresh are of three states of the source.
    expect(new Set([report.checksum_clone, ...sums]).size).toBe(3);
    expect(sums[3]).toBe(sums[1]);
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
