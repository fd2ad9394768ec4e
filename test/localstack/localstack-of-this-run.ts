/** The LocalStack that a run uses: the one at AWS_ENDPOINT_URL, or one of its own. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type LocalStackFacts, startLocalStack, versionAt } from '../../local/localstack/localstack.ts';
import type { Started } from '../../local/site/started.ts';

export interface LocalStackOfThisRun extends LocalStackFacts {
  /** Whether every AWS call of its functions is noted in the folder for calls. */
  readonly isRecorded: boolean;
}

const recorder = (callsFolder: string): string => {
  const url = new URL('recorder/record-sdk-calls.mjs', import.meta.url);
  url.searchParams.set('to', pathToFileURL(callsFolder).pathname);
  return url.href;
};

/** @throws Error naming what the machine lacks, or when nothing answers at AWS_ENDPOINT_URL. */
export async function localStackOfThisRun(
  dataDir: string,
  callsFolder: string,
  report: (line: string) => void,
  started: Started,
): Promise<LocalStackOfThisRun> {
  const running = process.env['AWS_ENDPOINT_URL'];
  if (running !== undefined && running !== '') {
    const executor = 'the LocalStack that was running already';
    return { endpoint: running, version: await versionAt(running), executor, isRecorded: false };
  }
  const options = { port: 0, logFile: join(dataDir, 'localstack.log'), preload: recorder(callsFolder), report };
  const localStack = await startLocalStack(options);
  started.add(() => localStack.stop());
  return { ...localStack, isRecorded: true };
}
