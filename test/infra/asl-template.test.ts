import { describe, expect, it } from 'vitest';

import { functionPlaceholder, substitutePlaceholders } from '../../infra/asl-template.ts';

const values = new Map<string, string | number>([
  ['FreezeSourceFunction', 'arn:freeze'],
  ['AgentHeartbeatSeconds', 30],
  ['Unused', 1],
]);

describe('substitutePlaceholders', () => {
  it('puts ARNs and numbers in place, at any depth', () => {
    const { definition } = substitutePlaceholders(
      { a: [{ Resource: '${FreezeSourceFunction}', HeartbeatSeconds: '${AgentHeartbeatSeconds}' }] },
      values,
    );
    expect(definition).toEqual({ a: [{ Resource: 'arn:freeze', HeartbeatSeconds: 30 }] });
  });

  it('leaves paths, intrinsics and other values alone', () => {
    const definition = { 'x.$': "States.Format('{}', $$.Task.Token)", End: true, Count: 2, Nothing: null };
    expect(substitutePlaceholders(definition, values).definition).toEqual(definition);
  });

  it('tells which values were used', () => {
    expect([...substitutePlaceholders({ Resource: '${FreezeSourceFunction}' }, values).used]).toEqual([
      'FreezeSourceFunction',
    ]);
  });

  it('refuses a placeholder without a value', () => {
    expect(() => substitutePlaceholders({ Resource: '${Unknown}' }, values)).toThrow(
      'nothing to put in place of ${Unknown}',
    );
  });

  it('refuses a placeholder inside a longer text', () => {
    expect(() => substitutePlaceholders({ Resource: '${FreezeSourceFunction}:1' }, values)).toThrow(
      'a placeholder must be the whole value',
    );
  });
});

describe('functionPlaceholder', () => {
  it('is the step folder in PascalCase', () => {
    expect(functionPlaceholder('complete-delete-snapshot')).toBe('CompleteDeleteSnapshotFunction');
  });
});
