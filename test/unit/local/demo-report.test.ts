import { describe, expect, it } from 'vitest';
import { type DemoReport, jsonLine, table } from '../../../local/demo/demo-report.ts';

const report: DemoReport = {
  ok: false,
  error: 'the clone has 9 of 10 loaded rows',
  steps: [
    { name: 'load', seconds: 1.23456, ok: true },
    { name: 'query', seconds: 0.5, ok: false },
  ],
  rows: 9,
  checksum_source: '',
  checksum_clone: '',
  copies: [],
  leftovers: [],
};

describe('the report of the demo', () => {
  it('is one line of JSON, with its error where it failed', () => {
    const line = jsonLine(report);
    expect(line).not.toContain('\n');
    expect(JSON.parse(line)).toEqual({
      ...report,
      steps: [
        { name: 'load', seconds: 1.235, ok: true },
        { name: 'query', seconds: 0.5, ok: false },
      ],
    });
  });

  it('has no error where all went well', () => {
    const { error: _error, ...rest } = report;
    expect(JSON.parse(jsonLine({ ...rest, ok: true }))).not.toHaveProperty('error');
  });

  it('ends with a table of steps and seconds', () => {
    expect(table(report.steps).split('\n')).toEqual([
      '  step             seconds',
      '  load                1.2',
      '  query               0.5  failed',
      '  total               1.7',
    ]);
  });
});
