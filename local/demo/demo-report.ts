/** What the demo tells at its end, in the shape `--json` promises. */

export const stepNames = [
  'load',
  'validate',
  'clone',
  'query',
  'isolate',
  'crash-snapshot',
  'import',
  'app-snapshot',
  'keep-backup',
  'refresh',
  'delete-clone',
  'delete-snapshot',
  'leftovers',
] as const;
export type StepName = (typeof stepNames)[number];

export type ConsistencyLevel = 'application' | 'crash';

export interface StepReport {
  readonly name: StepName;
  readonly seconds: number;
  readonly ok: boolean;
}

/** A database made of a snapshot that was there, held against the source as of that snapshot. */
export interface CopyReport {
  readonly step: StepName;
  readonly host: string;
  readonly database: string;
  readonly consistency_level: ConsistencyLevel;
  /** Both by the same SQL. */
  readonly checksum_source: string;
  readonly checksum_copy: string;
}

export interface DemoReport {
  readonly ok: boolean;
  /** Why not, in one sentence; absent when `ok`. */
  readonly error?: string;
  readonly steps: readonly StepReport[];
  /** Loaded rows found in the clone. */
  readonly rows: number;
  /** Both by the same SQL; empty where it did not come to that. */
  readonly checksum_source: string;
  readonly checksum_clone: string;
  /** As far as it came. */
  readonly copies: readonly CopyReport[];
  /** What is still there after everything was deleted. */
  readonly leftovers: readonly string[];
}

const rounded = (seconds: number): number => Math.round(seconds * 1000) / 1000;

export const jsonLine = (report: DemoReport): string =>
  JSON.stringify({ ...report, steps: report.steps.map((step) => ({ ...step, seconds: rounded(step.seconds) })) });

/** Step and seconds, a line each, and the sum. */
export function table(steps: readonly StepReport[]): string {
  const width = Math.max(...stepNames.map((name) => name.length));
  const line = (name: string, seconds: number, mark: string): string =>
    `  ${name.padEnd(width)}  ${seconds.toFixed(1).padStart(6)}${mark}`;
  const total = steps.reduce((sum, { seconds }) => sum + seconds, 0);
  return [
    `  ${'step'.padEnd(width)}  seconds`,
    ...steps.map(({ name, seconds, ok }) => line(name, seconds, ok ? '' : '  failed')),
    line('total', total, ''),
  ].join('\n');
}
