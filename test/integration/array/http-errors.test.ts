import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CREDENTIALS, startedArray, type StartedArray } from './started-array.ts';

let array: StartedArray;
beforeAll(async () => {
  array = await startedArray();
});
afterAll(async () => {
  await array.stop();
});

const AUTHORIZATION = `authorization: Basic ${Buffer.from(`${CREDENTIALS.user}:${CREDENTIALS.password}`).toString('base64')}`;

/** Sends the head as it is, without the politeness of a client library, and reads until the array closes. */
async function raw(requestLine: string, headers: readonly string[] = [], body = ''): Promise<string> {
  const { port } = new URL(array.url);
  const socket = connect({ port: Number(port), host: '127.0.0.1', ca: readFileSync(array.caFile) });
  const head = [requestLine, 'host: array', AUTHORIZATION, 'connection: close', ...headers];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  return text(socket);
}

function expectError(answer: string, status: number): void {
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(answer).toMatch(/^content-type: application\/json\r$/im);
  expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toEqual({ error_msg: expect.stringMatching(/./) });
}

const long = 'x'.repeat(20_000);

describe('bad requests', () => {
  it.each([
    ['a URL that is none', 'GET //[ HTTP/1.1', 400],
    ['a bad percent-encoding in the path', 'GET /api/v2/volumes/%zz HTTP/1.1', 400],
    ['a path of many characters', `GET /api/v2/volumes/${'y'.repeat(5000)} HTTP/1.1`, 404],
    ['an id that is no whole number', 'GET /api/v2/volumes/8x HTTP/1.1', 404],
    ['an id that no number can hold', `GET /api/v2/volumes/${'9'.repeat(400)} HTTP/1.1`, 404],
    ['a path below an object', 'GET /api/v2/volumes/1/name HTTP/1.1', 404],
    ['a path beside the API', 'GET / HTTP/1.1', 404],
    ['a head that is too large', `GET /api/v2/${long} HTTP/1.1`, 431],
    ['a method nobody knows', 'BREW /api/v2/volumes HTTP/1.1', 405],
    ['no HTTP that it speaks', 'GET /api/v2/volumes SPDY/9', 400],
    ['a filter with a value that is too long for a key', `GET /api/v2/volumes?name=${'z'.repeat(5000)} HTTP/1.1`, 200],
    ['an operator with the name of a built-in', 'GET /api/v2/volumes?name__constructor=x HTTP/1.1', 200],
    ['a field with the name of a built-in', 'GET /api/v2/volumes?__proto__=x&__fields=__proto__ HTTP/1.1', 200],
    ['a sort by the name of a built-in', 'GET /api/v2/volumes?__sort=constructor HTTP/1.1', 200],
    ['a resource with the name of a built-in', 'GET /api/v2/constructor HTTP/1.1', 404],
    ['a page that is no number', 'GET /api/v2/volumes?__limit=-1 HTTP/1.1', 400],
    ['a pattern that is none', 'GET /api/v2/volumes?name__regexp=%5B HTTP/1.1', 400],
    ['a resolution with the name of a built-in', 'GET /api/v2/stats/system?__resolution=constructor HTTP/1.1', 400],
    ['PUT on a collection', 'PUT /api/v2/volumes HTTP/1.1', 405],
    ['PUT on an object', 'PUT /api/v2/volumes/1 HTTP/1.1', 405],
    ['OPTIONS', 'OPTIONS /api/v2/volumes HTTP/1.1', 405],
    ['TRACE', 'TRACE /api/v2/volumes HTTP/1.1', 405],
    ['a method of WebDAV', 'PROPFIND /api/v2/volumes HTTP/1.1', 405],
    ['DELETE on a collection', 'DELETE /api/v2/volumes HTTP/1.1', 405],
    ['POST on an object', 'POST /api/v2/volumes/1 HTTP/1.1', 405],
    ['POST on the index', 'POST /api/v2 HTTP/1.1', 405],
    ['POST on everything', 'POST /api/v2/__full HTTP/1.1', 405],
    ['GET on a bulk', 'GET /api/v2/volumes/__bulk HTTP/1.1', 405],
  ])('answers %s', async (_what, requestLine, status) => {
    const answer = await raw(requestLine);
    if (status === 200) expect(answer).toMatch(/^HTTP\/1.1 200 /);
    else expectError(answer, status);
  });

  it('answers HEAD with a 405, which has no body', async () => {
    const answer = await raw('HEAD /api/v2/volumes HTTP/1.1');
    expect(answer).toMatch(/^HTTP\/1.1 405 [^]*\r\ncontent-type: application\/json\r\n/i);
    expect(answer).toMatch(/\r\n\r\n$/);
  });

  it('refuses a body over 1 MiB, one that is no JSON and one that is cut short', async () => {
    const post = (size: number, body: string) =>
      raw('POST /api/v2/volume_groups HTTP/1.1', [`content-length: ${size}`], body);
    expectError(await post(1_048_577, ''), 413);
    expectError(await post(4, '{"a"'), 400);
    expectError(await post(4, 'null'), 400);
    expectError(await raw('POST /api/v2/volume_groups HTTP/1.1', ['content-length: many']), 400);
  });

  it('does not do what a client expects of it in a header', async () => {
    expectError(await raw('GET /api/v2/volumes HTTP/1.1', ['expect: wonders']), 417);
  });

  it('takes a body under any label and none', async () => {
    const body = JSON.stringify({ name: 'labelled', quota: 0 });
    const size = `content-length: ${body.length}`;
    const sent = await raw('POST /api/v2/volume_groups HTTP/1.1', [size, 'content-type: text/plain'], body);
    expect(sent).toMatch(/^HTTP\/1.1 201 /);
    const odd = ['content-length: 2', 'content-type: what/is/this?'];
    const removed = await raw('DELETE /api/v2/volume_groups/2 HTTP/1.1', odd, '{}');
    expect(removed).toMatch(/^HTTP\/1.1 204 /);
  });

  it('does not read what comes with the removal of an object', async () => {
    const { id } = (await array.call('POST', '/volume_groups', { name: 'removed', quota: 0 })).body;
    const removed = await raw(`DELETE /api/v2/volume_groups/${id} HTTP/1.1`, ['content-length: 4'], '{"a"');
    expect(removed).toMatch(/^HTTP\/1.1 204 /);
  });
});

describe('sequences of clients', () => {
  const create = async (name: string, sequence: string) =>
    (await array.call('POST', '/volume_groups', { name, quota: 0 }, { 'x-k2-sequence': sequence })).status;

  it('takes all numbers of a write or none', async () => {
    expect(await create('s1', 'a=5, b=5')).toBe(201);
    expect(await create('s2', 'a=6,b=5')).toBe(409);
    expect(await create('s2', 'a=6,b=6')).toBe(201);
    expect(await create('s3', 'c=1,c=2')).toBe(201);
    expect(await create('s4', 'd=2,d=1')).toBe(409);
    expect(await create('s4', 'd=1')).toBe(201);
  });

  it('gives the numbers of a refused write back, and keeps those of one that is done', async () => {
    expect(await create('s1', 'e=7')).toBe(400);
    expect(await create('s5', 'e=7')).toBe(201);
    expect(await create('s6', 'e=7')).toBe(409);
  });

  it('holds for a bulk as for one object', async () => {
    const bulk = (names: readonly string[], sequence: string) =>
      array.call(
        'POST',
        '/volume_groups/__bulk',
        names.map((name) => ({ name, quota: 0 })),
        { 'x-k2-sequence': sequence },
      );
    expect((await bulk(['s7', 's1'], 'f=1')).status).toBe(400);
    expect((await bulk(['s7', 's8'], 'f=1')).status).toBe(201);
    expect((await bulk(['s9'], 'f=1')).status).toBe(409);
    expect((await array.call('GET', '/volume_groups?name=s9')).body.total).toBe(0);
  });

  it.each(['a', 'a=', '=1', 'a=-1', 'a=1.5', 'a=x', ',', `a=${'9'.repeat(30)}`, `${'n'.repeat(300)}=1`])(
    'refuses %s before anything is done',
    async (sequence) => {
      expect(await create('never', sequence)).toBe(400);
      expect((await array.call('GET', '/volume_groups?name=never')).body.total).toBe(0);
    },
  );

  it('has no meaning on a GET', async () => {
    expect((await array.call('GET', '/volumes', undefined, { 'x-k2-sequence': 'nonsense' })).status).toBe(200);
  });
});
