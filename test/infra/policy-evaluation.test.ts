import { describe, expect, it } from 'vitest';

import { isAllowed, type AccessRequest } from './policy-evaluation.ts';

const arn = 'arn:aws:sqs:eu-central-1:111111111111:reprise-dev-agent-h1-1';
const receive: AccessRequest = { action: 'sqs:ReceiveMessage', resource: arn };
const policy = (...statements: object[]): object => ({ Version: '2012-10-17', Statement: statements });
const allow = (over: object = {}): object => ({
  Effect: 'Allow',
  Action: 'sqs:ReceiveMessage',
  Resource: arn,
  ...over,
});
const allowedBy = (statement: object, request: AccessRequest = receive): boolean =>
  isAllowed({ identityPolicies: [policy(statement)] }, request);

describe('isAllowed', () => {
  it('says no when nothing is said', () => {
    expect(isAllowed({ identityPolicies: [] }, receive)).toBe(false);
  });

  it.each([
    ['the action and resource as written', allow(), true],
    [
      'lists',
      allow({ Action: ['sqs:DeleteMessage', 'sqs:ReceiveMessage'], Resource: ['arn:aws:sqs:x:1:y', arn] }),
      true,
    ],
    ['an action without regard to case', allow({ Action: 'SQS:receivemessage' }), true],
    ['* in an action', allow({ Action: 'sqs:Receive*' }), true],
    ['? in an action', allow({ Action: 'sqs:ReceiveMessag?' }), true],
    ['* in a resource', allow({ Resource: 'arn:aws:sqs:eu-central-1:111111111111:reprise-dev-agent-*' }), true],
    ['* alone', allow({ Action: '*', Resource: '*' }), true],
    ['another action', allow({ Action: 'sqs:DeleteMessage' }), false],
    ['a longer action', allow({ Action: 'sqs:ReceiveMessageX' }), false],
    ['a resource that only begins alike', allow({ Resource: arn.slice(0, -1) }), false],
    ['a dot, which is no wildcard', allow({ Resource: arn.replace('-h1', '.h1') }), false],
    ['a resource in other letters', allow({ Resource: arn.replace('reprise', 'Reprise') }), false],
    ['? for two characters', allow({ Resource: arn.replace('h1', '?') }), false],
  ])('compares %s', (_, statement, expected) => {
    expect(allowedBy(statement)).toBe(expected);
  });

  it('lets Deny win over Allow, in whichever policy it stands', () => {
    const deny = { Effect: 'Deny', Action: 'sqs:*', Resource: '*' };
    expect(isAllowed({ identityPolicies: [policy(allow(), deny)] }, receive)).toBe(false);
    expect(isAllowed({ identityPolicies: [policy(allow()), policy(deny)] }, receive)).toBe(false);
    expect(isAllowed({ identityPolicies: [policy(allow())], sessionPolicies: [policy(allow(), deny)] }, receive)).toBe(
      false,
    );
  });

  it('needs role and session to agree', () => {
    const role = [policy(allow({ Action: 'sqs:*', Resource: '*' }))];
    expect(isAllowed({ identityPolicies: role, sessionPolicies: [policy(allow())] }, receive)).toBe(true);
    expect(
      isAllowed(
        { identityPolicies: role, sessionPolicies: [policy(allow())] },
        { ...receive, action: 'sqs:DeleteQueue' },
      ),
    ).toBe(false);
    expect(isAllowed({ identityPolicies: [], sessionPolicies: [policy(allow())] }, receive)).toBe(false);
    expect(isAllowed({ identityPolicies: role, sessionPolicies: [] }, receive)).toBe(false);
  });

  it.each([
    [
      'an equal string',
      { StringEquals: { 'aws:PrincipalAccount': ['2', '1'] } },
      { 'AWS:principalaccount': '1' },
      true,
    ],
    ['another string', { StringEquals: { 'aws:PrincipalAccount': '1' } }, { 'aws:PrincipalAccount': '11' }, false],
    ['* in a string, which is no wildcard', { StringEquals: { k: '*' } }, { k: 'x' }, false],
    ['true', { Bool: { 'aws:SecureTransport': 'true' } }, { 'aws:SecureTransport': 'true' }, true],
    ['false for true', { Bool: { 'aws:SecureTransport': 'true' } }, { 'aws:SecureTransport': 'false' }, false],
    ['a key that the request lacks', { StringEquals: { k: 'x' } }, {}, false],
    [
      'an ARN with a wildcard',
      { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::1:role/a*' } },
      { 'aws:PrincipalArn': 'arn:aws:iam::1:role/ab' },
      true,
    ],
    [
      'another ARN',
      { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::1:role/a' } },
      { 'aws:PrincipalArn': 'arn:aws:iam::2:role/a' },
      false,
    ],
    [
      'one condition of two',
      { StringEquals: { k: 'x' }, ArnEquals: { a: 'arn:aws:iam::1:role/a' } },
      { k: 'x', a: 'arn:aws:iam::1:role/b' },
      false,
    ],
  ])('reads conditions: %s', (_, Condition, context, expected) => {
    expect(allowedBy(allow({ Condition }), { ...receive, context })).toBe(expected);
  });

  it.each([
    ['NotAction', { Effect: 'Allow', NotAction: 'sqs:DeleteQueue', Resource: '*' }],
    ['NotResource', { Effect: 'Allow', Action: 'sqs:*', NotResource: arn }],
    ['Principal', allow({ Principal: '*' })],
    ['a condition operator', allow({ Condition: { StringLike: { k: 'x' } } })],
    ['a condition that is neither true nor false', allow({ Condition: { Bool: { k: 'yes' } } })],
    ['a qualified operator', allow({ Condition: { StringEqualsIfExists: { k: 'x' } } })],
    ['an effect', allow({ Effect: 'allow' })],
    ['a template function', allow({ Resource: { 'Fn::GetAtt': ['Queue', 'Arn'] } })],
    ['a policy variable', allow({ Resource: 'arn:aws:sqs:eu-central-1:111111111111:${aws:username}' })],
    ['a resource that is no ARN', allow({ Resource: 'queue-*' })],
    ['an empty list', allow({ Action: [] })],
  ])('throws for %s it does not know', (_, statement) => {
    expect(() => allowedBy(statement)).toThrow();
  });

  it('throws for a document of the old version, whose rules are others', () => {
    expect(() => isAllowed({ identityPolicies: [{ Version: '2008-10-17', Statement: [allow()] }] }, receive)).toThrow();
    expect(() => isAllowed({ identityPolicies: [{ Statement: [allow()] }] }, receive)).toThrow();
  });

  it('throws where it matters whether a wildcard reaches over a colon', () => {
    const flow = 'arn:aws:states:eu-central-1:111111111111:stateMachine:f';
    const statement = allow({ Action: 'states:*', Resource: 'arn:aws:*:111111111111:stateMachine:f' });
    expect(() => allowedBy(statement, { action: 'states:StartExecution', resource: flow })).toThrow('over a colon');
  });

  it('throws for a question with a wildcard in it', () => {
    expect(() => allowedBy(allow(), { action: 'sqs:*', resource: arn })).toThrow('not an action');
    expect(() => allowedBy(allow(), { ...receive, resource: `${arn}*` })).toThrow('one resource');
  });
});
