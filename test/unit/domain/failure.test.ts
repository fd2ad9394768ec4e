import { describe, expect, it } from 'vitest';
import { describeFailure } from '../../../functions/steps/failure.ts';
import {
  arrayRefused,
  arrayUnavailable,
  DomainError,
  errorCodes,
  isDomainError,
} from '../../../shared/domain/errors.ts';

describe('a failure in the words of Step Functions', () => {
  it.each([
    ['States.Timeout', undefined, 'the agent of the host fell silent, or a step did not finish in its time'],
    ['States.HeartbeatTimeout', '', 'the agent of the host fell silent'],
    ['TaskCanceled', '{"errorMessage":"x"}', 'the task was canceled'],
    ['ArrayRefused', '{"errorType":"ArrayRefused","errorMessage":"the array refused"}', 'the array refused'],
    ['AgentFailed', 'no such device', 'no such device'],
    ['AgentFailed', '{"other":1}', '{"other":1}'],
    ['AgentFailed', '"quoted"', '"quoted"'],
    ['States.Runtime', undefined, 'States.Runtime'],
    ['States.Runtime', '', 'States.Runtime'],
  ])('%s with cause %j says %j', (Error, Cause, sentence) => {
    expect(describeFailure({ Error, Cause })).toBe(sentence);
  });
});

describe('domain errors', () => {
  it.each(errorCodes)('%s is its own name, and knows whether to repeat', (code) => {
    const error = new DomainError(code, 'm', { context: { a: 1 }, cause: 'c' });
    expect(error).toMatchObject({ name: code, code, context: { a: 1 }, cause: 'c' });
    expect(error.retryable).toBe(['Conflict', 'Busy', 'ArrayUnavailable'].includes(code));
    expect(isDomainError(error, code)).toBe(true);
    expect(isDomainError(new Error('x'))).toBe(false);
  });
  it('of the array say what was asked', () => {
    expect(arrayRefused('map view v', 'no').message).toBe('the array refused to map view v: no');
    expect(arrayUnavailable('map view v', 'c')).toMatchObject({ code: 'ArrayUnavailable', cause: 'c' });
  });
});
