/**
 * `npm run admin -- --env dev --user NAME`: makes the first administrator of a deployment, or gives one a new password;
 * with `--reset-password` a user of any role.
 * Account, region and endpoint are those of the AWS SDK (profile or variables; AWS_ENDPOINT_URL names a LocalStack).
 */
import { ResourceNotFoundException } from '@aws-sdk/client-dynamodb';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { environmentNames } from '../../infra/environment.ts';
import { namesOf } from '../../infra/names.ts';
import { createStore } from '../../shared/adapters/store-dynamodb/store.ts';
import { isUserName, maxUserNameBytes } from '../../shared/domain/user.ts';
import { systemClock } from '../../shared/ports/clock.ts';
import { keepAdmin, resetPassword } from './keep-admin.ts';
import { readPassword } from './password.ts';

const userName = (text: string): string => {
  if (text.trim() === '' || !isUserName(text))
    throw new InvalidArgumentError(`must have 1 to ${maxUserNameBytes} bytes.`);
  return text;
};

const Options = z.object({
  env: z.enum(environmentNames),
  user: z.string(),
  resetPassword: z.boolean().default(false),
});

const options = Options.parse(
  new Command('admin')
    .description('Makes an administrator of a deployed Reprise, or gives one a new password.')
    .addOption(
      new Option('--env <name>', 'the deployment')
        // The embedded cloud makes its own at each start.
        .choices(environmentNames.filter((name) => name !== 'embedded'))
        .makeOptionMandatory(),
    )
    .requiredOption('--user <name>', 'whom', userName)
    .option('--reset-password', 'a new password for a user who is there, of any role; makes nobody')
    .addHelpText(
      'after',
      '\nThe password is the first line of standard input, or REPRISE_ADMIN_PASSWORD: an argument could be seen by others.',
    )
    .parse()
    .opts(),
);

async function run(): Promise<string> {
  // The SDK's advice about node versions is for whoever builds functions.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const { Account = '', Arn = '' } = await new STSClient().send(new GetCallerIdentityCommand());
  const { table } = namesOf({ name: options.env, account: Account, region: '' });
  const password = await readPassword(process.env, process.stdin, () => {
    process.stderr.write(`new password of ${options.user} in ${table} of account ${Account}: `);
  });
  if (process.stdin.isTTY) process.stderr.write('\n');
  try {
    const deps = { store: createStore(table, {}), clock: systemClock, caller: Arn };
    const done = await (options.resetPassword ? resetPassword : keepAdmin)(deps, { user: options.user, password });
    return `${options.user} in ${table} of account ${Account}: ${done}`;
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
    throw new Error(`account ${Account} has no table ${table} in this region`, { cause: error });
  }
}

try {
  process.stdout.write(`${await run()}\n`);
} catch (error) {
  process.stderr.write(`not done: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
