/** The front door of a LocalStack, before an upstream that says what reached it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listenOnLoopback, type LoopbackServer } from '../../../local/cloud/wire/loopback-server.ts';
import { type LocalStackFrontDoor, startLocalStackFrontDoor } from '../../../local/localstack/front-door.ts';

interface Arrived {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

type Answering = (response: ServerResponse) => void;

const hello: Answering = (response) => {
  response.setHeader('content-type', 'application/json');
  response.end('{"hello":1}');
};

let dataDir: string;
let upstream: LoopbackServer;
let door: LocalStackFrontDoor;
let caller: Agent;
let arrived: Arrived[];
let logged: string[];
let answer: Answering;

async function startDoor(): Promise<LocalStackFrontDoor> {
  const endpoint = `http://127.0.0.1:${String(upstream.port)}`;
  const log = (line: string): void => void logged.push(line);
  return startLocalStackFrontDoor({ endpoint, apiId: 'abc123', dataDir, port: 0, log });
}

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'reprise-door-'));
  arrived = [];
  logged = [];
  answer = hello;
  const server = createServer((incoming, response) => {
    const pieces: Buffer[] = [];
    incoming.on('data', (piece: Buffer) => pieces.push(piece));
    incoming.on('end', () => {
      const { method, url, headers } = incoming;
      arrived.push({ method, url, headers, body: Buffer.concat(pieces).toString('utf8') });
      answer(response);
    });
  });
  upstream = await listenOnLoopback(server);
  door = await startDoor();
  // Trusts the kept certificate and nothing else: every answer below came over a TLS that was verified.
  caller = new Agent({ connect: { ca: readFileSync(door.caFile, 'utf8') } });
});

afterEach(async () => {
  await caller.destroy();
  await door.stop();
  await upstream.stop();
  rmSync(dataDir, { recursive: true });
});

interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

async function call(path: string, { method = 'GET', headers = {}, body }: Call = {}) {
  const answered = await request(`${door.url}${path}`, { dispatcher: caller, method, headers, body: body ?? null });
  return { status: answered.statusCode, headers: answered.headers, text: await answered.body.text() };
}

const last = (): Arrived => arrived.at(-1)!;
const form = { 'content-type': 'application/x-www-form-urlencoded' };

describe('what reaches LocalStack', () => {
  it('is addressed to the API by its Host header', async () => {
    await call('/api/echo/v1/tasks');
    expect(last().headers.host).toBe('abc123.execute-api.localhost.localstack.cloud');
  });

  it.each([
    ['/api/echo/v1/tasks', '/api/echo/v1/tasks'],
    ['/api/echo/v1/tasks?a=1&b=%2F&a=2', '/api/echo/v1/tasks?a=1&b=%2F&a=2'],
    ['/api/v1/hosts/a%2Fb', '/api/v1/hosts/a%2Fb'],
    ['/flex/api/v1/hosts?x=1', '/api/flex/api/v1/hosts?x=1'],
    ['/apiary', '/api/apiary'],
  ])('%s is asked for as %s: outside the stage its name is put before', async (path, url) => {
    await call(path);
    expect(last().url).toBe(url);
  });

  it('has the method, the headers and the body of the caller', async () => {
    const headers = { authorization: 'Bearer t', 'hs-ref-id': 'r1', 'content-type': 'application/json' };
    await call('/api/v1/hosts/h1', { method: 'PUT', headers, body: '{"db_vendor":"postgres é"}' });
    expect(last()).toMatchObject({ method: 'PUT', headers, body: '{"db_vendor":"postgres é"}' });
  });

  it('is labelled as JSON where a form label stands before JSON', async () => {
    await call('/api/echo/v1/echo_dbs', { method: 'POST', headers: form, body: '{"source_host_id":"h1"}' });
    expect(last()).toMatchObject({
      headers: { 'content-type': 'application/json' },
      body: '{"source_host_id":"h1"}',
    });
    await call('/api/echo/v1/echo_dbs', { method: 'DELETE', headers: form, body: '{"host_id":"h1"}' });
    expect(last().headers['content-type']).toBe('application/json');
  });

  it('keeps the label of a real form', async () => {
    await call('/api/v1/auth/local/login', { method: 'POST', headers: form, body: 'username=a&password=b' });
    expect(last()).toMatchObject({ headers: form, body: 'username=a&password=b' });
  });

  it('accepts anything unless the caller says what it accepts', async () => {
    await call('/api/echo/v1/tasks');
    expect(last().headers.accept).toBe('*/*');
    await call('/api/echo/v1/tasks', { headers: { accept: 'application/json' } });
    expect(last().headers.accept).toBe('application/json');
  });
});

describe('what comes back', () => {
  it('has status, headers and body as LocalStack gave them', async () => {
    answer = (response) => {
      response.writeHead(503, { 'retry-after': '7', 'x-a': ['1', '2'], 'content-type': 'application/json' });
      response.end('{"detail":"later é"}');
    };
    const got = await call('/api/echo/v1/tasks');
    expect(got).toMatchObject({ status: 503, text: '{"detail":"later é"}' });
    expect(got.headers).toMatchObject({
      'retry-after': '7',
      'x-a': ['1', '2'],
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength('{"detail":"later é"}')),
    });
  });

  it('is as long as it is, however LocalStack sent it', async () => {
    answer = (response) => {
      response.write('{"a":');
      response.end('1}');
    };
    const got = await call('/api/echo/v1/tasks');
    expect(got.text).toBe('{"a":1}');
    expect(got.headers).toMatchObject({ 'content-length': '7' });
    expect(got.headers).not.toHaveProperty('transfer-encoding');
  });

  it('has no body and no length with 204', async () => {
    answer = (response) => response.writeHead(204).end();
    const got = await call('/api/v1/hosts/h1', { method: 'DELETE' });
    expect(got).toMatchObject({ status: 204, text: '' });
    expect(got.headers).not.toHaveProperty('content-length');
  });

  it('is 404 Not Found for a path that the API does not have', async () => {
    answer = (response) => {
      response.writeHead(404, { 'x-amzn-errortype': 'MissingAuthenticationTokenException' });
      response.end('{"message":"Missing Authentication Token"}');
    };
    const got = await call('/api/nothing');
    expect(got).toMatchObject({ status: 404, text: '{"detail":"Not Found"}' });
    expect(got.headers['content-type']).toBe('application/json');
  });

  it('keeps a 404 of the API itself', async () => {
    answer = (response) => response.writeHead(404).end('{"detail":"no such host"}');
    expect(await call('/api/v1/hosts/h9')).toMatchObject({ status: 404, text: '{"detail":"no such host"}' });
  });

  it('is 502 when LocalStack breaks off or is gone, and the log says which request', async () => {
    answer = (response) => response.destroy();
    expect(await call('/api/echo/v1/tasks')).toMatchObject({
      status: 502,
      text: '{"detail":"Internal server error"}',
    });
    await upstream.stop();
    expect(await call('/api/echo/v1/topology')).toMatchObject({ status: 502 });
    expect(logged).toEqual([
      'GET /api/echo/v1/tasks: LocalStack gave no answer',
      'GET /api/echo/v1/topology: LocalStack gave no answer',
    ]);
  });
});

it.each([
  [256 * 1024, 200, 1],
  [256 * 1024 + 1, 413, 0],
])('a body of %d bytes is answered with %d', async (bytes, status, reaching) => {
  const got = await call('/api/echo/v1/echo_dbs', { method: 'POST', body: 'x'.repeat(bytes) });
  expect(got.status).toBe(status);
  expect(arrived).toHaveLength(reaching);
  if (status === 413) expect(got.text).toBe('{"detail":"Request body is larger than 256 kB"}');
});

it('keeps its certificate over restarts, so that callers trust it once', async () => {
  const trusted = readFileSync(door.caFile, 'utf8');
  await door.stop();
  door = await startDoor();
  expect(readFileSync(door.caFile, 'utf8')).toBe(trusted);
  expect((await call('/api/echo/v1/tasks')).status).toBe(200);
});

it('stops while LocalStack still thinks about an answer', async () => {
  const asked = new Promise<void>((resolve) => {
    answer = () => resolve();
  });
  const waiting = call('/api/echo/v1/tasks').then(
    () => 'answered',
    () => 'cut off',
  );
  await asked;
  await door.stop();
  expect(await waiting).toBe('cut off');
}, 10_000);
