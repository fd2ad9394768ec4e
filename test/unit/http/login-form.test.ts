import { describe, expect, it } from 'vitest';
import { readLoginForm } from '../../../functions/api/auth/login-form.ts';

const passwords = (text: string) => readLoginForm(text).map((one) => one.password);

it.each(['', 'username=a', 'password=b', '{"username":"a","password":"b"}', '&&&', 'user=a&pass=b'])(
  'reads nothing from %j',
  (text) => {
    expect(readLoginForm(text)).toEqual([]);
  },
);

it('reads a form once when encoding makes no difference', () => {
  expect(readLoginForm('username=ann&password=secret')).toEqual([{ username: 'ann', password: 'secret' }]);
  expect(readLoginForm('password=secret&username=ann')).toEqual([{ username: 'ann', password: 'secret' }]);
});

it('decodes first', () => {
  expect(passwords('username=ann&password=a%26b')[0]).toBe('a&b');
  expect(passwords('username=ann&password=a+b')[0]).toBe('a b');
});

describe('offers the text as it stands too', () => {
  it.each([
    ['username=ann&password=a+b', 'a+b'],
    ['username=ann&password=50%25', '50%25'],
    ['username=ann&password=100%', '100%'],
    ['username=ann&password=a&b=c', 'a&b=c'],
    ['password=a&b=c&username=ann', 'a&b=c'],
    ['username=ann&password=x&username=y', 'x&username=y'],
    ['username=ann&password=line\nbreak', 'line\nbreak'],
  ])('%j', (text, password) => {
    expect(readLoginForm(text)).toContainEqual({ username: 'ann', password });
  });
});

it('takes empty values and equals signs', () => {
  expect(readLoginForm('username=&password=')).toEqual([{ username: '', password: '' }]);
  expect(passwords('username=ann&password==a=')).toEqual(['=a=']);
});

it('never makes more than three attempts of one form', () => {
  expect(readLoginForm('password=a%&b=+&username=x&password=c+d&username=e').length).toBeLessThanOrEqual(3);
});
