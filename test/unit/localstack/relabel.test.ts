import { expect, it } from 'vitest';
import { honestContentType } from '../../../local/cloud/front-door/relabel.ts';

const form = 'application/x-www-form-urlencoded';

it.each([
  ['JSON labelled as a form', form, '{"a":1}', 'application/json'],
  ['with a charset and blanks before it', `${form}; charset=utf-8`, ' \n{"a":1}', 'application/json'],
  ['a real form', form, 'username=a&password=%7B', form],
  ['an empty body', form, '', form],
  ['JSON that says so', 'application/json; charset=utf-8', '{"a":1}', 'application/json; charset=utf-8'],
  ['a text that looks like JSON', 'text/plain', '{"a":1}', 'text/plain'],
])('%s', (_what, given, body, honest) => {
  expect(honestContentType(given, body)).toBe(honest);
});
