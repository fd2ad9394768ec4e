/** docs/http-status-codes.md says what people do per code; the table of http-errors.ts and the page are held together. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { DomainError, errorCodes } from '../../../shared/domain/errors.ts';
import { issue } from '../../../shared/domain/issue.ts';
import { BadRequest, httpErrorOf, Refusal, retryAfterSeconds } from '../../../shared/http/http-errors.ts';

const page = readFileSync(path.join(import.meta.dirname, '../../../docs/http-status-codes.md'), 'utf8');
const rows = [...page.matchAll(/^\| `([A-Za-z]+)` \| (\d{3}) \|/gm)].map(([, code, status]) => ({
  code,
  status: Number(status),
}));

it('has one row per code, with the status that is sent', () => {
  const sent = errorCodes.map((code) => ({ code, status: httpErrorOf(new DomainError(code, 'why')).status }));
  expect(rows).toEqual(sent);
});

it('has a section per status that is sent', () => {
  const headings = new Set([...page.matchAll(/^### (\d{3})/gm)].map(([, status]) => Number(status)));
  expect(rows.map((row) => row.status).filter((status) => !headings.has(status))).toEqual([]);
});

it('names the seconds of Retry-After', () => {
  expect(page).toContain(`Retry-After: ${String(retryAfterSeconds)}`);
});

describe('bodies', () => {
  it('of a bad request list the fields', () => {
    const problem = { loc: ['body', 'name_prefix'], msg: 'too short', type: 'too_small' };
    expect(httpErrorOf(new BadRequest([problem]))).toEqual({ status: 422, body: { detail: [problem] } });
  });

  it('of a refusal carry the issues beside the text', () => {
    const issues = [issue('DB_NOT_FOUND', 'no database 7'), issue('DB_NAME_INVALID', 'bad name')];
    expect(httpErrorOf(new Refusal(issues))).toEqual({
      status: 409,
      body: { detail: 'no database 7; bad name', issues },
    });
  });

  it.each(errorCodes)('of %s show the message, but for faults of ours', (code) => {
    const { status, body } = httpErrorOf(
      new DomainError(code, 'why', { context: { secret: 1 }, cause: new Error('inside') }),
    );
    expect(body).toEqual({ detail: status === 500 ? 'Internal Server Error' : 'why' });
  });

  it.each([new Error('inside'), 'text', null, undefined, { statusCode: 200 }])(
    'of what is not ours say nothing: %j',
    (error) => {
      expect(httpErrorOf(error)).toEqual({ status: 500, body: { detail: 'Internal Server Error' } });
    },
  );
});
