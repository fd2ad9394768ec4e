import { expect, it } from 'vitest';
import { routeFinder } from '../../../local/cloud/front-door/routes.ts';

const find = routeFinder(
  [
    { method: 'GET', path: '/echo/v1/tasks/{request_id}', functionName: 'tasks' },
    { method: 'GET', path: '/echo/v1/tasks/mine', functionName: 'mine' },
    { method: 'POST', path: '/echo/v1/tasks/{request_id}/__validate', functionName: 'check' },
    { method: 'DELETE', path: '/flex/{a}/x/{b}', functionName: 'flex' },
  ],
  'api',
);

it.each([
  ['GET', '/api/echo/v1/tasks/7', 'tasks', { request_id: '7' }],
  ['GET', '/api/echo/v1/tasks/mine', 'mine', {}],
  ['GET', '/echo/v1/tasks/a%2Fb', 'tasks', { request_id: 'a/b' }],
  ['POST', '/api/echo/v1/tasks/7/__validate', 'check', { request_id: '7' }],
  ['DELETE', '/flex/1/x/2', 'flex', { a: '1', b: '2' }],
])('%s %s', (method, path, functionName, pathParameters) => {
  expect(find(method, path)).toMatchObject({ functionName, pathParameters, fullPath: path });
});

it.each([
  ['GET', '/api'],
  ['GET', '/api/'],
  ['TRACE', '/api/echo/v1/tasks/7'],
  ['POST', '/api/echo/v1/tasks/7'],
  ['GET', '/api/echo/v1/tasks/%zz'],
])('%s %s has no route', (method, path) => {
  expect(find(method, path)).toBeNull();
});
