/** `npm run localstack [-- --port N]`: a LocalStack in host mode in the foreground, for `npm run deploy:local`. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { portNumber } from '../start/port-number.ts';
import { stopSignal } from '../site/stop-signals.ts';
import { startLocalStack } from './localstack.ts';

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const { port } = new Command('localstack')
  .description('Runs LocalStack as a process of this machine, its functions on node; everything in it ends with it.')
  .option('--port <port>', 'of every AWS API on 127.0.0.1; 0 takes a free one', portNumber, 4566)
  .parse()
  .opts<{ port: number }>();

const stop = stopSignal();
const logFile = join(await mkdtemp(join(tmpdir(), 'reprise-localstack-log-')), 'localstack.log');
const localStack = await startLocalStack({ port, logFile, report: say });
say(`LocalStack ${localStack.version} at ${localStack.endpoint} (log: ${logFile})`);
say(`next: AWS_ENDPOINT_URL=${localStack.endpoint} npm run deploy:local`);
if (!stop.aborted) {
  await new Promise((resolve) => {
    stop.addEventListener('abort', resolve, { once: true });
  });
}
await localStack.stop();
