/** Runs a part of the suite as a process of its own and reads what became of it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { endProcessTree } from '../../local/localstack/process-tree.ts';

const Results = z.object({
  numTotalTests: z.number(),
  numPassedTests: z.number(),
  success: z.boolean(),
  testResults: z.array(
    z.object({
      name: z.string(),
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })),
    }),
  ),
});

export interface SuiteOutcome {
  readonly passed: number;
  /** Failed, skipped, left for later, or in a file that could not be loaded: what did not run proves nothing. */
  readonly failed: number;
}

const endPatienceMs = 3_000;

const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
const configFile = (part: string): string => fileURLToPath(new URL(`${part}.vitest.config.ts`, import.meta.url));

/** `files` narrows the part down, as vitest's own arguments do. @throws Error when no results were left. */
export async function runSuite(
  part: 'suite' | 'after',
  files: readonly string[],
  environment: Readonly<Record<string, string>>,
  dataDir: string,
  stop: AbortSignal,
): Promise<SuiteOutcome> {
  const resultsFile = join(dataDir, `${part}-results.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${resultsFile}`];
  const child = spawn(process.execPath, [vitest, 'run', '--config', configFile(part), ...reporters, ...files], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...environment, AWS_ENDPOINT_URL: undefined },
  });
  const ended = once(child, 'exit');
  const asked = once(stop, 'abort');
  await Promise.race([ended, asked]);
  // With its workers: vitest alone would leave them, and they their agents and arrays.
  if (stop.aborted && child.pid !== undefined)
    await endProcessTree({ pid: child.pid, folder: dataDir }, ended, endPatienceMs);
  stop.throwIfAborted();
  const results = Results.parse(JSON.parse(await readFile(resultsFile, 'utf8')));
  const broken = results.testResults.filter(({ assertionResults }) => assertionResults.length === 0).length;
  const failed = results.numTotalTests - results.numPassedTests + broken;
  return { passed: results.numPassedTests, failed: failed === 0 && !results.success ? 1 : failed };
}
