import { describe, expect, it } from 'vitest';
import { bodyText, maxBodyBytes, parseJson } from '../../../shared/http/request-body.ts';
import { BadRequest } from '../../../shared/http/http-errors.ts';
import { gatewayEvent } from '../../api/gateway-event.ts';

const event = (body: string, base64 = false) => gatewayEvent({ method: 'POST', path: '/', body, base64 });
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

it.each(['', ' ', '\r\n'])('no body is an empty object: %j', (text) => {
  expect(parseJson(text)).toEqual({});
});

it('reads base64', () => {
  expect(bodyText(event('{"name":"中"}', true))).toBe('{"name":"中"}');
});

it('counts bytes after decoding', () => {
  expect(bodyText(event('x'.repeat(maxBodyBytes), true))).toHaveLength(maxBodyBytes);
  expect(() => bodyText(event('x'.repeat(maxBodyBytes + 1), true))).toThrow(BadRequest);
});

describe('depth', () => {
  it('of 64 is read, of 65 refused', () => {
    expect(parseJson(nested(64))).toBeDefined();
    expect(() => parseJson(nested(65))).toThrow('must not be nested deeper than 64');
  });

  it('does not count brackets inside strings', () => {
    const text = `{"a":"${'['.repeat(1000)}","b":"\\"${'{'.repeat(1000)}"}`;
    expect(parseJson(text)).toMatchObject({ a: '['.repeat(1000) });
  });
});

it('is quick for text made to be slow', () => {
  const started = performance.now();
  expect(() => parseJson('"\\"'.repeat(80_000))).toThrow(BadRequest);
  expect(performance.now() - started).toBeLessThan(2000);
});
