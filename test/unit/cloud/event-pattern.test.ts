import { describe, expect, it } from 'vitest';
import { matchesPattern, parseEventPattern } from '../../../local/cloud/events/event-pattern.ts';

const pattern = parseEventPattern('closer', {
  source: ['aws.states'],
  'detail-type': ['Step Functions Execution Status Change'],
  detail: { status: ['FAILED', 'ABORTED'], stateMachineArn: ['arn:one', 'arn:two'] },
});
const event = {
  source: 'aws.states',
  'detail-type': 'Step Functions Execution Status Change',
  detail: { status: 'ABORTED', stateMachineArn: 'arn:two', more: 1 },
};

describe('an event pattern', () => {
  it('matches an event that has one of the values in every field', () => {
    expect(matchesPattern(pattern, event)).toBe(true);
    expect(matchesPattern(pattern, { ...event, detail: { ...event.detail, status: 'FAILED' } })).toBe(true);
  });

  it.each<[string, unknown]>([
    ['another source', { ...event, source: 'aws.lambda' }],
    ['another value inside', { ...event, detail: { ...event.detail, status: 'SUCCEEDED' } }],
    ['only the beginning of a value', { ...event, detail: { ...event.detail, status: 'ABORTED_' } }],
    ['another machine', { ...event, detail: { ...event.detail, stateMachineArn: 'arn:three' } }],
    ['a field that is missing', { ...event, detail: { status: 'ABORTED' } }],
    ['no detail', { ...event, detail: null }],
    ['a text where fields are wanted', { ...event, detail: 'ABORTED' }],
    ['fields where a text is wanted', { ...event, source: { 'aws.states': 1 } }],
    ['a number', { ...event, source: 1 }],
  ])('does not match %s', (_what, other) => {
    expect(matchesPattern(pattern, other)).toBe(false);
  });

  it('matches a list in the event by one of its items, plain or with fields', () => {
    const tagged = parseEventPattern('tags', { detail: { tag: ['a'], part: { kind: ['x'] } } });
    expect(matchesPattern(tagged, { detail: { tag: ['b', 'a'], part: [{ kind: 'y' }, { kind: 'x' }] } })).toBe(true);
    expect(matchesPattern(tagged, { detail: { tag: ['b'], part: [{ kind: 'x' }] } })).toBe(false);
    expect(matchesPattern(tagged, { detail: { tag: [], part: [] } })).toBe(false);
  });

  it('does not take what every object has for a field of the event', () => {
    expect(matchesPattern(parseEventPattern('odd', { toString: { name: ['toString'] } }), {})).toBe(false);
  });

  it.each<[string, unknown]>([
    ['a prefix', { source: [{ prefix: 'aws.' }] }],
    ['anything but', { detail: { status: [{ 'anything-but': 'RUNNING' }] } }],
    ['a number', { detail: { count: [1] } }],
    ['null', { source: [null] }],
    ['one of several patterns', { $or: [{ source: ['a'] }, { source: ['b'] }] }],
    ['an empty list', { source: [] }],
    ['a plain text', { source: 'aws.states' }],
    ['no field', {}],
    ['no field inside', { detail: {} }],
  ])('that matches by %s is refused with the name of its rule', (_what, refused) => {
    expect(() => parseEventPattern('my-rule', refused)).toThrow(
      `rule my-rule: the embedded cloud matches lists of exact strings only, not the EventPattern ${JSON.stringify(refused)}`,
    );
  });
});
