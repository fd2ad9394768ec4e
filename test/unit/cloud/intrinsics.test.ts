import { describe, expect, it } from 'vitest';
import { resolveValue, type Scope } from '../../../local/cloud/cloudformation/intrinsics.ts';

const scope: Scope = {
  stackName: 'stack',
  ref: (name) => `ref-${name}`,
  attribute: (logicalId, name) => `${logicalId}/${name}`,
  importValue: (name) => `import-${name}`,
};

describe('functions of CloudFormation', () => {
  it.each<[string, unknown, unknown]>([
    ['Ref', { Ref: 'A' }, 'ref-A'],
    ['GetAtt as a list', { 'Fn::GetAtt': ['A', 'Arn'] }, 'A/Arn'],
    ['GetAtt as text', { 'Fn::GetAtt': 'A.Some.Thing' }, 'A/Some.Thing'],
    ['ImportValue', { 'Fn::ImportValue': { 'Fn::Sub': 'x-${A}' } }, 'import-x-ref-A'],
    ['Join', { 'Fn::Join': [':', ['a', { Ref: 'B' }, 3]] }, 'a:ref-B:3'],
    ['Sub', { 'Fn::Sub': '${A}-${B.Arn}-${!kept}' }, 'ref-A-B/Arn-${kept}'],
    ['Sub with values', { 'Fn::Sub': ['${own}-${A}', { own: { Ref: 'C' } }] }, 'ref-C-ref-A'],
    ['Select and Split', { 'Fn::Select': ['1', { 'Fn::Split': [':', 'a:b:c'] }] }, 'b'],
    ['what is deep inside', { a: [{ b: { Ref: 'C' } }], n: 1, z: null }, { a: [{ b: 'ref-C' }], n: 1, z: null }],
  ])('%s', (_what, value, expected) => {
    expect(resolveValue(value, scope)).toEqual(expected);
  });

  it.each(['Fn::If', 'Fn::FindInMap', 'Fn::GetAZs', 'Fn::Base64'])('%s is refused by name', (name) => {
    expect(() => resolveValue({ deep: [{ [name]: ['x'] }] }, scope)).toThrow(
      `stack: the embedded cloud does not know ${name}`,
    );
  });
});
