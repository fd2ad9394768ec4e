/** The owner's network as constructs; nothing of it is made or changed here. */
import { Annotations } from 'aws-cdk-lib';
import { SecurityGroup, Vpc, type ISecurityGroup, type IVpc } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';

import type { Network } from '../environment.ts';

export class ImportedNetwork extends Construct {
  readonly vpc: IVpc;
  /** Of the functions. */
  readonly securityGroups: ISecurityGroup[];

  /** Throws when the number of subnets is no multiple of the number of zones. */
  constructor(scope: Construct, id: string, network: Network) {
    super(scope, id);
    Annotations.of(this).acknowledgeWarning(
      '@aws-cdk/aws-ec2:noSubnetRouteTableId',
      "The subnets are the owner's; nothing here reads their routes.",
    );
    this.vpc = Vpc.fromVpcAttributes(this, 'Vpc', {
      vpcId: network.vpcId,
      availabilityZones: [...network.availabilityZones],
      privateSubnetIds: [...network.subnetIds],
    });
    this.securityGroups = network.securityGroupIds.map((groupId) =>
      SecurityGroup.fromSecurityGroupId(this, groupId, groupId, { mutable: false }),
    );
  }
}
