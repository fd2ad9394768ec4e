/** What a function needs to reach the array: its private network and the CA that signed its certificate. */
import { Annotations } from 'aws-cdk-lib';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { LayerVersion, type FunctionProps } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

import type { Environment, Network } from '../environment.ts';

const networkProps = (scope: Construct, network: Network): Pick<FunctionProps, 'vpc' | 'securityGroups'> => ({
  vpc: Vpc.fromVpcAttributes(scope, 'Vpc', {
    vpcId: network.vpcId,
    availabilityZones: [...network.availabilityZones],
    privateSubnetIds: [...network.subnetIds],
  }),
  securityGroups: network.securityGroupIds.map((id) =>
    SecurityGroup.fromSecurityGroupId(scope, id, id, { mutable: false }),
  ),
});

/** Empty where the array is reached from anywhere with a public certificate. `id` keeps functions of one stack apart. */
export const arrayPlacement = (
  scope: Construct,
  id: string,
  { network, array }: Environment,
): Partial<FunctionProps> => {
  const place = new Construct(scope, id);
  Annotations.of(place).acknowledgeWarning(
    '@aws-cdk/aws-ec2:noSubnetRouteTableId',
    "The subnets are the owner's; nothing here reads their routes.",
  );
  return {
    ...(network === null ? {} : networkProps(place, network)),
    ...(array.caLayerArn === null
      ? {}
      : { layers: [LayerVersion.fromLayerVersionArn(place, 'ArrayCa', array.caLayerArn)] }),
  };
};
