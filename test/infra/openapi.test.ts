import { describe, expect, it } from 'vitest';

import { gatewayBody, gatewayMethods } from '../../infra/openapi.ts';
import { aRoute } from './a-source-tree.ts';

const served = (...routes: Parameters<typeof gatewayMethods>[0]): string[] =>
  gatewayMethods(routes).map(({ method, path }) => `${method} ${path}`);

describe('gatewayMethods', () => {
  it('takes the stage off the path', () => {
    expect(served(aRoute({ path: '/api/v1/hosts' }))).toEqual(['GET /v1/hosts']);
  });

  it('serves aliases, also outside the stage', () => {
    expect(served(aRoute({ aliases: ['/api/hostess/v1/hosts', '/flex/api/v1/hosts'] }))).toEqual([
      'GET /v1/hosts',
      'GET /hostess/v1/hosts',
      'GET /flex/api/v1/hosts',
    ]);
  });

  it('gives a twin the same method, on the path and on every alias', () => {
    expect(served(aRoute({ method: 'DELETE', path: '/api/a', aliases: ['/api/b'], twin: true }))).toEqual([
      'DELETE /a',
      'DELETE /a/__validate',
      'DELETE /b',
      'DELETE /b/__validate',
    ]);
  });

  it('names every method differently', () => {
    const ids = gatewayMethods([aRoute({ aliases: ['/flex/api/v1/hosts'], twin: true })]).map(
      ({ operationId }) => operationId,
    );
    expect(new Set(ids).size).toBe(4);
  });

  it.each([
    ['the same path twice', [aRoute(), aRoute({ operation: 'other' })], 'GET /v1/hosts is both'],
    ['the same operation twice', [aRoute(), aRoute({ path: '/api/v1/other' })], 'list-hosts is both'],
    [
      'an alias that meets a path',
      [aRoute(), aRoute({ operation: 'other', path: '/api/x', aliases: ['/v1/hosts'] })],
      'GET /v1/hosts is both',
    ],
    [
      'two variable children of one parent',
      [aRoute({ path: '/api/h/{id}' }), aRoute({ operation: 'other', path: '/api/h/{host_id}/x' })],
      '/h has two variable children',
    ],
  ])('refuses %s', (_, routes, message) => {
    expect(() => gatewayMethods(routes)).toThrow(message);
  });
});

describe('gatewayBody', () => {
  it('keeps the methods of one path together and declares path parameters', () => {
    const methods = gatewayMethods([
      aRoute({ path: '/api/h/{id}' }),
      aRoute({ operation: 'remove-host', method: 'DELETE', path: '/api/h/{id}' }),
    ]);
    const idempotencyKey = expect.objectContaining({ name: 'Idempotency-Key', in: 'header', required: false });
    const operation = (operationId: string, ...more: readonly unknown[]): object => ({
      operationId,
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }, ...more],
      responses: { default: { description: 'as the function answers' } },
      'x-amazon-apigateway-integration': {
        type: 'aws_proxy',
        httpMethod: 'POST',
        passthroughBehavior: 'when_no_match',
        uri: 'uri:hosts',
      },
    });
    expect(gatewayBody('api', methods, (capability) => `uri:${capability}`)).toEqual({
      openapi: '3.0.1',
      info: { title: 'api', version: '1' },
      paths: { '/h/{id}': { get: operation('list-hosts'), delete: operation('remove-host', idempotencyKey) } },
    });
  });
});

it('shows the header of a key where one is taken: not at reads, twins and the login', () => {
  const methods = gatewayMethods([
    aRoute(),
    aRoute({ operation: 'create-clone', method: 'POST', path: '/api/c', twin: true }),
    aRoute({ operation: 'login', method: 'POST', path: '/api/l', audience: 'public' }),
  ]);
  expect(methods.filter((method) => method.takesIdempotencyKey).map(({ operationId }) => operationId)).toEqual([
    'create-clone',
  ]);
});
