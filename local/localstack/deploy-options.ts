/** The command line and the variables of `npm run deploy:local`. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { given } from '../start/given.ts';
import { portNumber } from '../start/port-number.ts';

export interface DeploySettings {
  readonly endpoint: string;
  /** Told anew by each deployment: nothing of an earlier one stays. */
  readonly array: { readonly sdpUrl: string; readonly sdpCaFile: string | null };
  /** Absent: the secret is left as it is. */
  readonly arrayAccount: { readonly username: string; readonly password: string } | undefined;
  readonly admin: { readonly user: string; readonly password: string | undefined };
  readonly serve: boolean;
  readonly port: number;
  /** Keeps the front door's TLS identity. */
  readonly dataDir: string;
}

interface Given {
  readonly sdpUrl: string;
  readonly sdpCa?: string;
  readonly sdpUser: string;
  readonly sdpPasswordFile?: string;
  readonly serve: boolean;
  readonly port: number;
  readonly data: string;
}

/** Ends the process, with a message, for arguments it does not understand or an endpoint that is not named. */
export function readDeploySettings(argv: readonly string[], environment: NodeJS.ProcessEnv): DeploySettings {
  const command = new Command('deploy:local')
    .description('Deploys Reprise to the LocalStack at AWS_ENDPOINT_URL and prints the address of its API.')
    .option('--sdp-url <url>', 'the array', 'https://127.0.0.1:9443')
    .option('--sdp-ca <file>', 'PEM file that the array is verified with')
    .option('--sdp-user <name>', "the array's account", 'reprise')
    .option('--sdp-password-file <file>', 'file with its password, kept in Secrets Manager; left as it is without')
    .option('--serve', 'keep the front door (HTTPS) in the foreground', false)
    .option('--port <port>', 'of the front door on 127.0.0.1; 0 takes a free one', portNumber, 8443)
    .option('--data <dir>', "folder for the front door's certificate", './.reprise-localstack')
    .addHelpText(
      'after',
      '\nREPRISE_ADMIN_USER (default: admin) and REPRISE_ADMIN_PASSWORD set the administrator; without a password one is made and shown once.',
    )
    .parse([...argv]);
  const options = command.opts<Given>();
  const endpoint = given(environment['AWS_ENDPOINT_URL']);
  if (endpoint === undefined)
    return command.error(
      'AWS_ENDPOINT_URL must name a LocalStack, for example http://127.0.0.1:4566 after `npm run localstack`',
    );
  const sdpCaFile = options.sdpCa === undefined ? null : resolve(options.sdpCa);
  return {
    endpoint: endpoint.replace(/\/$/, ''),
    array: { sdpUrl: options.sdpUrl, sdpCaFile },
    arrayAccount:
      options.sdpPasswordFile === undefined
        ? undefined
        : { username: options.sdpUser, password: readFileSync(options.sdpPasswordFile, 'utf8').trim() },
    admin: {
      user: given(environment['REPRISE_ADMIN_USER']) ?? 'admin',
      password: given(environment['REPRISE_ADMIN_PASSWORD']),
    },
    serve: options.serve,
    port: options.port,
    dataDir: resolve(options.data),
  };
}
