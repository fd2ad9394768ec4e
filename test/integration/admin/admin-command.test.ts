/** `npm run admin` as a process: against the real table engine, and an STS that says who asks. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type DynamoDb, startDynamoDb } from '../../../local/cloud/dynamodb.ts';
import { listenOnLoopback, type LoopbackServer } from '../../../local/cloud/wire/loopback-server.ts';
import { createStore } from '../../../shared/adapters/store-dynamodb/store.ts';
import { verifyPassword } from '../../../shared/security/password.ts';
import { aUser } from '../../builders/access.ts';
import { anAuditEntry } from '../../builders/task.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'reprise-admin-'));
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const main = fileURLToPath(new URL('../../../cli/admin/main.ts', import.meta.url));

const identity = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::123456789012:user/ann</Arn><UserId>AIDA</UserId><Account>123456789012</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>`;

let database: DynamoDb;
let sts: LoopbackServer;

beforeAll(async () => {
  database = await startDynamoDb(dataDir);
  sts = await listenOnLoopback(
    createServer((_request, response) => response.setHeader('content-type', 'text/xml').end(identity)),
  );
  const client = new DynamoDBClient({ endpoint: database.endpoint, region: 'us-east-1', credentials });
  await client.send(
    new CreateTableCommand({
      TableName: 'reprise-dev',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
    }),
  );
  client.destroy();
});

afterAll(async () => {
  await sts.stop();
  await database.stop();
  rmSync(dataDir, { recursive: true });
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

async function admin(args: readonly string[], typed: string, variables: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL: `http://127.0.0.1:${String(sts.port)}`,
      AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
      ...variables,
    },
  });
  const heard = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (heard.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (heard.err += text));
  // A command that refuses its arguments does not read.
  child.stdin.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  child.stdin.end(typed);
  await once(child, 'close');
  return { code: child.exitCode, ...heard };
}

const passwordHashOf = async (user: string): Promise<string | undefined> =>
  (await createStore('reprise-dev', { endpoint: database.endpoint, region: 'us-east-1', credentials }).getUser(user))
    ?.passwordHash;

it('makes the administrator with a password from standard input, and shows it nowhere', async () => {
  const made = await admin(['--env', 'dev', '--user', 'root'], 'from a pipe\n');
  expect(made).toEqual({ code: 0, out: 'root in reprise-dev of account 123456789012: made\n', err: '' });
  expect(await verifyPassword('from a pipe', (await passwordHashOf('root')) ?? '')).toBe(true);
});

it('takes the password from the variable', async () => {
  const variables = { REPRISE_ADMIN_PASSWORD: 'from a variable' };
  expect((await admin(['--env', 'dev', '--user', 'second'], '', variables)).code).toBe(0);
  expect(await verifyPassword('from a variable', (await passwordHashOf('second')) ?? '')).toBe(true);
});

it('resets the password of a user who is there, and makes nobody', async () => {
  const args = ['--env', 'dev', '--user', 'bob', '--reset-password'];
  expect(await admin(args, 'new\n')).toMatchObject({ code: 1, out: '', err: 'not done: there is no user bob\n' });
  expect(await passwordHashOf('bob')).toBeUndefined();
  const store = createStore('reprise-dev', { endpoint: database.endpoint, region: 'us-east-1', credentials });
  await store.createUser(aUser({ name: 'bob', role: 'viewer' }), anAuditEntry());
  expect(await admin(args, 'new\n')).toMatchObject({ code: 0, err: '' });
  expect(await verifyPassword('new', (await passwordHashOf('bob')) ?? '')).toBe(true);
  expect(await store.getUser('bob')).toMatchObject({ role: 'viewer', tokenEpoch: 1 });
});

it('says that a deployment is not there', async () => {
  const refused = await admin(['--env', 'prod', '--user', 'root'], 'x\n');
  expect(refused).toMatchObject({
    code: 1,
    out: '',
    err: 'not done: account 123456789012 has no table reprise-prod in this region\n',
  });
});

it.each([
  ['a password as an argument', ['--env', 'dev', '--user', 'root', '--password', 'x'], "unknown option '--password'"],
  ['the embedded cloud', ['--env', 'embedded', '--user', 'root'], "'embedded' is invalid"],
  ['no user', ['--env', 'dev'], "required option '--user <name>' not specified"],
  ['a user without a name', ['--env', 'dev', '--user', ' '], 'must have 1 to 64 bytes'],
])('refuses %s', async (_what, args, message) => {
  const refused = await admin(args, 'x\n');
  expect(refused.code).toBe(1);
  expect(refused.err).toContain(message);
});
