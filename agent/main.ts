import { Command } from 'commander';
import { createDatabaseFromCommandLine } from './cli/create-database.ts';
import { listDatabases } from './cli/list-databases.ts';
import { BadConfig, loadConfig } from './config/agent-config.ts';
import { messageOf, VolumeInUse } from './failure.ts';
import { createLog } from './logging/log.ts';
import { runAgent } from './loop/run-agent.ts';
import { agentVersion } from './version.ts';

// The SDK's advice about node versions is for whoever builds the agent; on a host it would break the log's JSON lines.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

const log = createLog((line) => process.stderr.write(line));
const configOption = ['--config <file>', 'configuration of this host (JSON)'] as const;
/** Told in README.md: whoever runs `create-database` again and again tells the one from the other. */
const exitCodes = { failed: 1, volumeInUse: 73 } as const;
const print = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

const program = new Command('reprise-agent')
  .description('Carries out what the Reprise control plane asks of this database host.')
  .version(agentVersion);

program
  .command('run', { isDefault: true })
  .description('run until stopped (the default)')
  .requiredOption(...configOption)
  .action(async ({ config }: { config: string }) => {
    const stopping = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
    await runAgent(await loadConfig(config), log, stopping.signal);
  });

program
  .command('create-database')
  .description('make a new, empty database on mounted volumes, start it, print {id, port}')
  .requiredOption(...configOption)
  .requiredOption('--name <name>', 'name of the database')
  .requiredOption('--volume <serial>', 'volume for the data')
  .option('--wal-volume <serial>', 'volume for the log')
  .option('--superuser-password-file <file>', 'file with the password of the superuser')
  .action(async (options: Parameters<typeof createDatabaseFromCommandLine>[1] & { config: string }) => {
    print(await createDatabaseFromCommandLine(await loadConfig(options.config), options, log));
  });

program
  .command('list')
  .description('print the databases of this host')
  .requiredOption(...configOption)
  .action(async ({ config }: { config: string }) => print(await listDatabases(await loadConfig(config), log)));

program.parseAsync().then(
  () => {
    // Nothing is left to do; a keep-alive connection must not hold the process.
    process.exit(0);
  },
  (error: unknown) => {
    log.error(error instanceof BadConfig ? 'config.refused' : 'agent.failed', { error: messageOf(error) });
    process.exit(error instanceof VolumeInUse ? exitCodes.volumeInUse : exitCodes.failed);
  },
);
