import { awsClientConfig } from '../../config/aws-client.ts';
import { type Environment, FlowEnvironment, readEnvironment } from '../../config/environment.ts';
import type { FlowsPort } from '../../ports/flows.ts';
import { createFlows } from './flows-sfn.ts';

export const flowsFrom = (environment: Environment): FlowsPort => {
  const { FLOW_ARN_PREFIX } = readEnvironment(FlowEnvironment, environment);
  return createFlows(FLOW_ARN_PREFIX, awsClientConfig(environment, 'SFN'));
};
