/** What a function needs to reach the array: its private network and the CA that signed its certificate. */
import { LayerVersion, type FunctionProps } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

import type { Environment, Network } from '../environment.ts';
import { ImportedNetwork } from './imported-network.ts';

const networkProps = (scope: Construct, network: Network): Pick<FunctionProps, 'vpc' | 'securityGroups'> => {
  const { vpc, securityGroups } = new ImportedNetwork(scope, 'Network', network);
  return { vpc, securityGroups };
};

/** Empty where the array is reached from anywhere with a public certificate. `id` keeps functions of one stack apart. */
export const arrayPlacement = (
  scope: Construct,
  id: string,
  { network, array }: Environment,
): Partial<FunctionProps> => {
  const place = new Construct(scope, id);
  return {
    ...(network === null ? {} : networkProps(place, network)),
    ...(array.caLayerArn === null
      ? {}
      : { layers: [LayerVersion.fromLayerVersionArn(place, 'ArrayCa', array.caLayerArn)] }),
  };
};
