/** `-c` values as an owner would give them; made up. `npm run synth:all` and the tests of the templates use them. */
import type { EnvironmentName } from './environment.ts';

const example = { account: '111111111111', sdpUrl: 'https://array.example' };

const network = {
  vpcId: 'vpc-0a1b2c3d4e5f60718',
  availabilityZones: 'eu-central-1a,eu-central-1b',
  subnetIds: 'subnet-0a1b2c3d4e5f60718,subnet-0b1c2d3e4f5061728',
  securityGroupIds: 'sg-0a1b2c3d4e5f60718',
};

export const exampleContext: Readonly<Record<Exclude<EnvironmentName, 'embedded'>, Readonly<Record<string, string>>>> =
  {
    local: {},
    dev: example,
    // Its network has a NAT gateway.
    staging: { ...example, ...network, sdpSecretId: 'storage/array' },
    prod: {
      ...example,
      ...network,
      routeTableIds: 'rtb-0a1b2c3d4e5f60718',
      vpcEndpoints: 'create',
      domainName: 'copies.example',
      certificateArn: 'arn:aws:acm:eu-central-1:111111111111:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0',
      alarmTopicArn: 'arn:aws:sns:eu-central-1:111111111111:on-call',
      sdpCaLayerArn: 'arn:aws:lambda:eu-central-1:111111111111:layer:array-ca:1',
      sdpCaFile: '/opt/array-ca.pem',
    },
  };
