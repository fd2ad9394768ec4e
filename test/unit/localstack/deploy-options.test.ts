import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { readDeploySettings } from '../../../local/localstack/deploy-options.ts';

const endpoint = 'http://127.0.0.1:4566';
const read = (args: readonly string[], environment: NodeJS.ProcessEnv = { AWS_ENDPOINT_URL: endpoint }) =>
  readDeploySettings(['node', 'deploy.ts', ...args], environment);

afterEach(() => {
  vi.restoreAllMocks();
});

/** What is written on standard error before the process would end, and with which code. */
function refusal(args: readonly string[], environment?: NodeJS.ProcessEnv): string {
  let text = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((piece) => {
    text += String(piece);
    return true;
  });
  vi.spyOn(process, 'exit').mockImplementation((code) => {
    throw new Error(`exit ${String(code)}: ${text}`);
  });
  try {
    read(args, environment);
  } catch (error) {
    return String(error);
  }
  return 'not refused';
}

it('needs no argument', () => {
  expect(read([])).toEqual({
    endpoint,
    array: { sdpUrl: 'https://127.0.0.1:9443', sdpCaFile: null },
    arrayAccount: undefined,
    admin: { user: 'admin', password: undefined },
    serve: false,
    port: 8443,
    dataDir: resolve('.reprise-localstack'),
  });
});

it('takes the endpoint without a slash at its end', () => {
  expect(read([], { AWS_ENDPOINT_URL: `${endpoint}/` }).endpoint).toBe(endpoint);
});

it('makes paths absolute, because functions have other working folders', () => {
  const { array, dataDir } = read(['--sdp-ca', 'tls/ca.pem', '--data', 'here']);
  expect(array.sdpCaFile).toBe(resolve('tls/ca.pem'));
  expect(dataDir).toBe(resolve('here'));
});

it("reads the array's password from a file, without the end of its line", () => {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-options-'));
  try {
    const file = join(folder, 'password');
    writeFileSync(file, 'a secret\n');
    const { arrayAccount } = read(['--sdp-password-file', file, '--sdp-user', 'ann']);
    expect(arrayAccount).toEqual({ username: 'ann', password: 'a secret' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('takes the administrator from variables; an empty one is none', () => {
  const variables = { AWS_ENDPOINT_URL: endpoint, REPRISE_ADMIN_USER: 'ann', REPRISE_ADMIN_PASSWORD: 'secret' };
  expect(read([], variables).admin).toEqual({ user: 'ann', password: 'secret' });
  expect(read([], { ...variables, REPRISE_ADMIN_USER: '', REPRISE_ADMIN_PASSWORD: '' }).admin).toEqual({
    user: 'admin',
    password: undefined,
  });
});

it.each([
  ['no variable', {}],
  ['an empty one', { AWS_ENDPOINT_URL: '' }],
])('ends with a message where %s names the endpoint', (_what, environment) => {
  expect(refusal([], environment)).toMatch(/exit 1: AWS_ENDPOINT_URL must name a LocalStack.*npm run localstack/);
});

it.each([
  [['--port', 'https'], "option '--port <port>' argument 'https' is invalid"],
  [['--sdp-password', 'secret'], "unknown option '--sdp-password'"],
])('ends with a message for %j', (args, message) => {
  expect(refusal(args)).toContain(message);
});
