import { BadRequest } from './http-errors.ts';
import type { ApiEvent } from './api-event.ts';

/** Bodies above this are refused before they are parsed. Design, section 12. */
export const maxBodyBytes = 256 * 1024;

/** Text of the body, decoded where a gateway sent it as base64. Flex contract, section 1, row 9. */
export function bodyText(event: ApiEvent): string {
  const text = event.isBase64Encoded ? Buffer.from(event.body ?? '', 'base64').toString('utf8') : (event.body ?? '');
  if (Buffer.byteLength(text) > maxBodyBytes) {
    throw new BadRequest([{ loc: ['body'], msg: `must not be larger than ${String(maxBodyBytes)} bytes`, type: 'too_long' }]);
  }
  return text;
}

/** JSON whatever its Content-Type says; no body at all is an empty object. Flex contract, section 1, rows 3 and 5. */
export function parseJson(text: string): unknown {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new BadRequest([{ loc: ['body'], msg: 'is not valid JSON', type: 'json_invalid' }]);
  }
}
