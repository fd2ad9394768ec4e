import { BadRequest } from './http-errors.ts';
import type { ApiEvent } from './api-event.ts';

/** Bodies above this are refused before they are parsed. Design, section 12. */
export const maxBodyBytes = 256 * 1024;

/** Text of the body, decoded where a gateway sent it as base64. Flex contract, section 1, row 9. */
export function bodyText(event: ApiEvent): string {
  const text = event.isBase64Encoded ? Buffer.from(event.body ?? '', 'base64').toString('utf8') : (event.body ?? '');
  if (Buffer.byteLength(text) > maxBodyBytes) {
    throw new BadRequest([
      { loc: ['body'], msg: `must not be larger than ${String(maxBodyBytes)} bytes`, type: 'too_long' },
    ]);
  }
  return text;
}

/** Deeper than anything the API has; what writes JSON again does it by recursion and would run out of stack. */
const maxDepth = 64;

/** Depth of the brackets outside strings, in one pass; of text that is no JSON it is any number. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') inString = !inString;
    else if (inString) at += character === '\\' ? 1 : 0;
    else if (character === '{' || character === '[') deepest = Math.max(deepest, (depth += 1));
    else if (character === '}' || character === ']') depth -= 1;
  }
  return deepest;
}

/** PowerShell and Windows editors put it before a text; JSON has no place for it. */
const byteOrderMark = /^\uFEFF/;

/** JSON whatever its Content-Type says; no body at all is an empty object. Flex contract, section 1, rows 3 and 5. */
export function parseJson(text: string): unknown {
  if (text.trim() === '') return {};
  if (depthOf(text) > maxDepth) {
    throw new BadRequest([
      { loc: ['body'], msg: `must not be nested deeper than ${String(maxDepth)}`, type: 'too_deep' },
    ]);
  }
  try {
    return JSON.parse(text.replace(byteOrderMark, ''));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new BadRequest([{ loc: ['body'], msg: 'is not valid JSON', type: 'json_invalid' }]);
  }
}
