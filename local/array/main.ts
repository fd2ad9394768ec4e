import { Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { readAccounts } from './http/accounts.ts';
import { startArrayServer } from './server.ts';

const settings = z.object({
  port: z.number(),
  user: z.string(),
  password: z.string(),
  data: z.string(),
  holdSeconds: z.number(),
  users: z.string().optional(),
  requestsPerSecond: z.number().optional(),
});

const PORTS = 65_536;
const LONGEST_HOLD_SECONDS = 3600;
const MOST_REQUESTS_PER_SECOND = 1_000_001;

const wholeNumberBelow =
  (limit: number, lowest = 0) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < lowest || value >= limit)
      throw new InvalidArgumentError(`must be a whole number from ${lowest} to ${limit - 1}.`);
    return value;
  };

const say = (line: string): void => {
  process.stderr.write(`array: ${line}\n`);
};

const command = new Command('array')
  .description('A storage array over real bytes that speaks the SDP REST API on 127.0.0.1.')
  .requiredOption('--port <port>', 'where to listen; 0 takes a free port', wholeNumberBelow(PORTS))
  .requiredOption('--user <name>', 'user of the basic authentication, of the role root')
  .addOption(new Option('--password <password>', 'its password').env('REPRISE_ARRAY_PASSWORD').makeOptionMandatory())
  .requiredOption('--data <folder>', 'where volumes, state and certificate are kept')
  .option(
    '--hold-seconds <seconds>',
    'how long a snapshot may keep writers stopped at most',
    wholeNumberBelow(LONGEST_HOLD_SECONDS),
    30,
  )
  .option('--users <file>', 'more users: a JSON list of {name, password, role}, role one of root, admin, read_only')
  .option(
    '--requests-per-second <number>',
    'what each user who is not root may ask; any number when left out',
    wholeNumberBelow(MOST_REQUESTS_PER_SECOND, 1),
  )
  .parse();

const { port, user, password, data, holdSeconds, users, requestsPerSecond } = settings.parse(command.opts());
const moreUsers =
  users === undefined
    ? []
    : await readAccounts(users).catch((error: unknown) =>
        command.error(`array: ${error instanceof Error ? error.message : String(error)}`),
      );
let closing: Promise<void> | undefined;
const close = (exitCode: number): void => {
  closing ??= array.close().then(
    () => process.exit(exitCode),
    (error: unknown) => {
      say(String(error));
      process.exit(1);
    },
  );
};

const array = await startArrayServer({
  dataDir: data,
  port,
  user,
  password,
  holdDeadlineMs: holdSeconds * 1000,
  moreUsers,
  ...(requestsPerSecond === undefined ? {} : { requestsPerSecond }),
  report: say,
  onLost: () => {
    close(1);
  },
}).catch((error: unknown) => command.error(`array: ${error instanceof Error ? error.message : String(error)}`));
process.stdout.write(`ready ${array.url}\n`);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    close(0);
  });
}
