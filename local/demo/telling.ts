/** Does the steps of the demo, says a line of each, and keeps what the report is to tell. */
import type { CopyReport, StepName, StepReport } from './demo-report.ts';
import type { Progress } from './progress.ts';

export interface TellingOptions {
  readonly rows: number;
  readonly progress: Progress;
  readonly stop: AbortSignal;
}

/** Filled as far as the demo comes. */
interface Findings {
  readonly steps: StepReport[];
  rows: number;
  checksum_source: string;
  checksum_clone: string;
  readonly copies: CopyReport[];
  leftovers: readonly string[];
}

interface Step<RESULT> {
  readonly name: StepName;
  readonly doing: () => string;
  readonly work: () => Promise<RESULT>;
  /** What is said of it, a line each. */
  readonly said: (result: RESULT) => readonly string[];
}

export const count = (value: number): string => value.toLocaleString('en-US');
export const line = (name: string, ...texts: readonly string[]): string =>
  texts.map((text, index) => `  ${(index === 0 ? name : '').padEnd(15)}  ${text}`).join('\n');

export class Telling {
  readonly findings: Findings = {
    steps: [],
    rows: 0,
    checksum_source: '',
    checksum_clone: '',
    copies: [],
    leftovers: [],
  };
  readonly #options: TellingOptions;

  constructor(options: TellingOptions) {
    this.#options = options;
  }

  /** How many rows are to be loaded. */
  get rows(): number {
    return this.#options.rows;
  }

  /** Throws what the work throws; its seconds are kept in any case. */
  async step<RESULT>({ name, doing, work, said }: Step<RESULT>): Promise<RESULT> {
    const { progress, stop } = this.#options;
    stop.throwIfAborted();
    progress.doing(doing);
    const began = performance.now();
    const note = (ok: boolean): void =>
      void this.findings.steps.push({ name, seconds: (performance.now() - began) / 1000, ok });
    try {
      const result = await work();
      note(true);
      progress.say(line(name, ...said(result)));
      return result;
    } catch (error) {
      note(false);
      throw error;
    }
  }
}
