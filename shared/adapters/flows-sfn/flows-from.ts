import {
  BaseEnvironment,
  endpointOf,
  type Environment,
  FlowEnvironment,
  readEnvironment,
} from '../../config/environment.ts';
import type { FlowsPort } from '../../ports/flows.ts';
import { createFlows } from './flows-sfn.ts';

export const flowsFrom = (environment: Environment): FlowsPort => {
  const { AWS_REGION } = readEnvironment(BaseEnvironment, environment);
  const { FLOW_ARN_PREFIX } = readEnvironment(FlowEnvironment, environment);
  return createFlows(FLOW_ARN_PREFIX, { region: AWS_REGION, ...endpointOf(environment, 'SFN') });
};
