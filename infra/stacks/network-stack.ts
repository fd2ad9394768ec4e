/**
 * VPC endpoints for the functions in the array's private network, so that it needs no way out to the internet. Made only
 * where the environment asks for it: a network usually serves others too, and private DNS of a service exists once in it.
 */
import type { App } from 'aws-cdk-lib';
import {
  CfnVPCEndpoint,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpoint,
  InterfaceVpcEndpointAwsService,
  Port,
  SecurityGroup,
  SubnetType,
  type ISecurityGroup,
} from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';

import { ImportedNetwork } from '../constructs/imported-network.ts';
import type { Environment, Network } from '../environment.ts';
import { ServiceStack } from './stack-context.ts';

/** By IAM prefix. DynamoDB's is a gateway endpoint: it costs nothing and is a route, not an address. */
const interfaceServices: Readonly<Record<string, InterfaceVpcEndpointAwsService>> = {
  events: InterfaceVpcEndpointAwsService.EVENTBRIDGE,
  secretsmanager: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
  sqs: InterfaceVpcEndpointAwsService.SQS,
  states: InterfaceVpcEndpointAwsService.STEP_FUNCTIONS,
  sts: InterfaceVpcEndpointAwsService.STS,
};

/** Only principals of this account: credentials of a stranger carry nothing out of the network. What they may do, their roles say. */
const thisAccountOnly = ({ account }: Environment): PolicyStatement =>
  new PolicyStatement({
    sid: 'ThisAccountOnly',
    principals: [new AnyPrincipal()],
    actions: ['*'],
    resources: ['*'],
    conditions: { StringEquals: { 'aws:PrincipalAccount': account } },
  });

export class NetworkStack extends ServiceStack {
  /** `services` as IAM prefixes. Throws for one whose endpoint is not known here. */
  constructor(app: App, environment: Environment, network: Network, services: readonly string[]) {
    super(app, 'network', environment);
    if (services.includes('dynamodb')) this.addTableEndpoint(network, thisAccountOnly(environment));
    const imported = new ImportedNetwork(this, 'Network', network);
    const door = this.addDoor(imported);
    for (const service of services.filter((name) => name !== 'dynamodb'))
      this.addInterfaceEndpoint(service, imported, door).addToPolicy(thisAccountOnly(environment));
  }

  private addTableEndpoint({ vpcId, routeTableIds }: Network, callers: PolicyStatement): void {
    new CfnVPCEndpoint(this, 'dynamodb', {
      vpcEndpointType: 'Gateway',
      vpcId,
      serviceName: GatewayVpcEndpointAwsService.DYNAMODB.name,
      routeTableIds: [...routeTableIds],
      policyDocument: new PolicyDocument({ statements: [callers] }),
    });
  }

  private addDoor({ vpc, securityGroups }: ImportedNetwork): ISecurityGroup {
    const door = new SecurityGroup(this, 'Door', {
      vpc,
      description: 'HTTPS from the functions to the endpoints',
      allowAllOutbound: false,
    });
    for (const group of securityGroups) door.addIngressRule(group, Port.tcp(443), 'functions');
    return door;
  }

  private addInterfaceEndpoint(name: string, { vpc }: ImportedNetwork, door: ISecurityGroup): InterfaceVpcEndpoint {
    const service = interfaceServices[name];
    if (!service) throw new Error(`infra/stacks/network-stack.ts knows no endpoint of ${name}`);
    return new InterfaceVpcEndpoint(this, name, {
      vpc,
      service,
      subnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS, onePerAz: true },
      securityGroups: [door],
      open: false,
      privateDnsEnabled: true,
    });
  }
}
