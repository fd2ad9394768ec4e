/**
 * LocalStack enforces no policy. So every AWS call that a function made during the suite was noted (recorder/), and is
 * held here against the role the function is deployed with, both ways.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { acceptedUnusedGrants } from '../../../infra/accepted-unused-grants.ts';
import { isAllowed } from '../../infra/policy-evaluation.ts';
import { recordedCalls } from '../recorded-calls.ts';
import type { AwsCall } from '../recorder/aws-call.ts';
import { type Grant, roleGrants } from '../role-grants.ts';

let calls: ReadonlyMap<string, readonly AwsCall[]>;
let grants: ReadonlyMap<string, readonly Grant[]>;

beforeAll(async () => {
  const folder = process.env['REPRISE_RECORDED_CALLS'];
  if (folder === undefined) throw new Error('run by `npm run test:localstack`');
  calls = await recordedCalls(folder);
  grants = roleGrants();
});

const policyOf = (granted: readonly Grant[]): unknown => ({
  Version: '2012-10-17',
  Statement: granted.map(({ action, resource }) => ({ Effect: 'Allow', Action: action, Resource: resource })),
});

/** A call whose request names no resource is served by a grant of its action on any. */
const serves = (grant: Grant, { action, resource }: AwsCall): boolean =>
  resource === null
    ? grant.action === action
    : isAllowed({ identityPolicies: [policyOf([grant])] }, { action, resource });

const shortName = (functionName: string): string => functionName.replace(/^reprise-local-/, '');

const isAccepted = (functionName: string, { action, resource }: Grant): boolean =>
  acceptedUnusedGrants.some(
    (row) => row.functions.test(shortName(functionName)) && row.actions.test(action) && row.resources.test(resource),
  );

describe('every function has the least it needs', () => {
  it('was called at least once by the suite', () => {
    expect([...grants.keys()].filter((name) => !calls.has(name)).map(shortName)).toEqual([]);
  });

  it('called nothing that its role does not allow', () => {
    const missing = [...calls].flatMap(([name, made]) =>
      made
        .filter((call) => !(grants.get(name) ?? []).some((grant) => serves(grant, call)))
        .map(({ action, resource }) => `${shortName(name)}: ${action} on ${resource ?? 'a resource it does not name'}`),
    );
    expect(missing).toEqual([]);
  });

  it('is allowed nothing that it did not call, but for what is listed with its reason', () => {
    const unused = [...grants].flatMap(([name, granted]) =>
      granted
        .filter((grant) => !isAccepted(name, grant) && !(calls.get(name) ?? []).some((call) => serves(grant, call)))
        .map(({ action, resource }) => `${shortName(name)}: ${action} on ${resource}`),
    );
    expect(unused).toEqual([]);
  });
});
