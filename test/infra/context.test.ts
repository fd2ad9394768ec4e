import { describe, expect, it } from 'vitest';

import { readContext } from '../../infra/context.ts';
import { resolveEnvironment } from '../../infra/environments.ts';

const contextOf = (context: Record<string, string>, variables: Record<string, string> = {}) =>
  readContext({ ...variables, CDK_CONTEXT_JSON: JSON.stringify(context) });

describe('readContext', () => {
  it('means the local environment when nothing is said', () => {
    expect(readContext({})).toEqual({ environmentName: 'local', overrides: { array: {} } });
  });

  it('takes the account of the credentials, but not for engines on this machine', () => {
    const variables = { CDK_DEFAULT_ACCOUNT: '123456789012' };
    expect(contextOf({ env: 'dev' }, variables).overrides.account).toBe('123456789012');
    expect(contextOf({ env: 'local' }, variables).overrides.account).toBeUndefined();
  });

  it('reads the network as lists', () => {
    const { overrides } = contextOf({
      env: 'dev',
      vpcId: 'vpc-1',
      availabilityZones: 'a, b',
      subnetIds: 's1,s2',
      securityGroupIds: 'sg',
    });
    expect(overrides.network).toEqual({
      vpcId: 'vpc-1',
      availabilityZones: ['a', 'b'],
      subnetIds: ['s1', 's2'],
      securityGroupIds: ['sg'],
      routeTableIds: [],
      endpoints: 'exists',
    });
  });

  it('makes endpoints where it is asked to, in the route tables named', () => {
    const network = { vpcId: 'vpc-1', availabilityZones: 'a', subnetIds: 's1', securityGroupIds: 'sg' };
    const { overrides } = contextOf({ env: 'dev', ...network, vpcEndpoints: 'create', routeTableIds: 'r1, r2' });
    expect(overrides.network).toMatchObject({ endpoints: 'create', routeTableIds: ['r1', 'r2'] });
  });

  it.each([
    ['an unknown environment', { env: 'test' }, 'env'],
    ['a domain without a certificate', { domainName: 'x.example' }, 'go together'],
    ['a network without subnets', { vpcId: 'vpc-1' }, 'vpcId needs'],
    ['endpoints without a network', { vpcEndpoints: 'create' }, 'vpcEndpoints=create needs vpcId'],
    [
      'endpoints without route tables',
      { vpcId: 'vpc-1', availabilityZones: 'a', subnetIds: 's', securityGroupIds: 'g', vpcEndpoints: 'create' },
      'needs routeTableIds',
    ],
    ['another word for endpoints', { vpcId: 'vpc-1', vpcEndpoints: 'yes' }, 'vpcEndpoints'],
  ])('refuses %s', (_, context, message) => {
    expect(() => contextOf(context)).toThrow(message);
  });
});

describe('resolveEnvironment', () => {
  it('keeps the settings of the array that are not overridden', () => {
    expect(resolveEnvironment('local', { array: { sdpUrl: 'https://a' } }).array).toEqual({
      sdpUrl: 'https://a',
      sdpCaFile: null,
      sdpCertificateSha256: null,
      caLayerArn: null,
      sdpSecretId: 'reprise/sdp',
    });
  });

  it('asks for what only the owner knows', () => {
    expect(() => resolveEnvironment('prod')).toThrow('environment prod needs an account');
    expect(() => resolveEnvironment('prod', { account: '1' })).toThrow('-c sdpUrl=none');
  });

  it('has no array of its own when it is told so', () => {
    const { environmentName, overrides } = contextOf({ env: 'prod', account: '1', sdpUrl: 'none' });
    expect(resolveEnvironment(environmentName, overrides).array.sdpUrl).toBeNull();
  });

  it('takes one way to verify the array', () => {
    const array = { sdpCaFile: '/ca.pem', sdpCertificateSha256: 'ab'.repeat(32) };
    expect(() => resolveEnvironment('local', { array })).toThrow('exclude each other');
  });
});
