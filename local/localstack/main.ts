/** `npm run localstack [-- --port N]`: a LocalStack in host mode in the foreground, for `npm run deploy:local`. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { portNumber } from '../start/port-number.ts';
import { stopSignal } from '../site/stop-signals.ts';
import { prepareLocalStack, startLocalStack } from './localstack.ts';

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const { port } = new Command('localstack')
  .description('Runs LocalStack as a process of this machine, its functions on node; everything in it ends with it.')
  .option('--port <port>', 'of every AWS API on 127.0.0.1; 0 takes a free one', portNumber, 4566)
  .parse()
  .opts<{ port: number }>();

const stop = stopSignal();
const prepared = await prepareLocalStack(say);
const logFile = join(await mkdtemp(join(tmpdir(), 'reprise-localstack-log-')), 'localstack.log');
const localStack = await startLocalStack({ port, logFile, prepared });
say(`LocalStack ${localStack.version} at ${localStack.endpoint} (log: ${logFile})`);
say(`next: AWS_ENDPOINT_URL=${localStack.endpoint} npm run deploy:local`);
if (!stop.aborted) await Promise.race([once(stop, 'abort'), localStack.ended]);
if (!stop.aborted) {
  say(`LocalStack ended by itself: see ${logFile}`);
  process.exitCode = 1;
}
await localStack.stop();
if (process.exitCode !== 1) await rm(dirname(logFile), { recursive: true });
