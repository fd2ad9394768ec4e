import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { type PasswordSource, readPassword } from '../../../cli/admin/password.ts';

const typed = (text: string, isTTY = false): PasswordSource => {
  const input = new PassThrough();
  input.end(text);
  return Object.assign(input, { isTTY });
};

const asked = (): { readonly times: () => number; readonly ask: () => void } => {
  let count = 0;
  return { times: () => count, ask: () => (count += 1) };
};

it.each([
  ['a line', 'secret word\n', 'secret word'],
  ['a line of Windows', 'secret\r\n', 'secret'],
  ['a text without an end of line', 'secret', 'secret'],
  ['the first of several lines', 'first\nsecond\n', 'first'],
  ['blanks as they are', ' secret \n', ' secret '],
])('reads %s from a pipe, and asks nobody', async (_what, text, password) => {
  const { times, ask } = asked();
  expect(await readPassword({}, typed(text), ask)).toBe(password);
  expect(times()).toBe(0);
});

it('asks a person at a terminal first', async () => {
  const { times, ask } = asked();
  expect(await readPassword({}, typed('secret\n', true), ask)).toBe('secret');
  expect(times()).toBe(1);
});

it('takes REPRISE_ADMIN_PASSWORD where it is set, and leaves standard input alone', async () => {
  const input = typed('other\n');
  expect(await readPassword({ REPRISE_ADMIN_PASSWORD: 'secret' }, input, asked().ask)).toBe('secret');
  expect(input.readable).toBe(true);
});

it.each([
  ['nothing', ''],
  ['an empty line', '\nsecret\n'],
])('refuses %s', async (_what, text) => {
  await expect(readPassword({ REPRISE_ADMIN_PASSWORD: '' }, typed(text), asked().ask)).rejects.toThrow(
    'no password: give it on standard input, or in REPRISE_ADMIN_PASSWORD',
  );
});
