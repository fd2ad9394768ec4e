/** The command line and the variables of `npm start`. */
import { Command, Option } from 'commander';
import { z } from 'zod';
import { fixtureNames } from './fixtures.ts';
import { given } from './given.ts';
import { portNumber } from './port-number.ts';

const StartOptions = z.object({
  port: z.number(),
  data: z.string().min(1, '--data must name a folder'),
  fixture: z.enum(fixtureNames).optional(),
});

export interface StartSettings extends z.infer<typeof StartOptions> {
  readonly admin: { readonly user: string; readonly password: string | undefined };
}

/** Ends the process, with a message, for arguments it does not understand. */
export function readStartSettings(argv: readonly string[], environment: NodeJS.ProcessEnv): StartSettings {
  const command = new Command('start')
    .description('Keeps the whole of Reprise running on this machine: API, array and, with a fixture, database hosts.')
    .option('--port <port>', 'HTTPS port of the API on 127.0.0.1; 0 takes a free one', portNumber, 8443)
    .option('--data <dir>', 'folder that everything is kept in', './.reprise')
    .addOption(
      new Option('--fixture <name>', 'hosts to provide, with their databases and agents').choices([...fixtureNames]),
    )
    .addHelpText(
      'after',
      '\nREPRISE_ADMIN_USER (default: admin) and REPRISE_ADMIN_PASSWORD set the administrator at each start.',
    )
    .parse([...argv]);
  return {
    ...StartOptions.parse(command.opts()),
    admin: {
      user: given(environment['REPRISE_ADMIN_USER']) ?? 'admin',
      password: given(environment['REPRISE_ADMIN_PASSWORD']),
    },
  };
}
