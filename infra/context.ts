/** Values given with `-c name=value`; the `cdk` command hands them over as JSON in CDK_CONTEXT_JSON. */
import { z } from 'zod';

import { environmentNames, type ArraySettings, type EnvironmentName } from './environment.ts';
import type { EnvironmentOverrides } from './environments.ts';

const text = z.string().min(1).optional();
const list = z
  .string()
  .transform((value) => value.split(',').map((item) => item.trim()))
  .optional();

const Context = z.object({
  env: z.enum(environmentNames).default('local'),
  account: text,
  region: text,
  sdpUrl: text,
  sdpCaFile: text,
  sdpCertificateSha256: text,
  sdpCaLayerArn: text,
  sdpSecretId: text,
  agentSecretId: text,
  vpcId: text,
  availabilityZones: list,
  subnetIds: list,
  securityGroupIds: list,
  routeTableIds: list,
  vpcEndpoints: z.enum(['create', 'exists']).default('exists'),
  domainName: text,
  certificateArn: text,
  alarmTopicArn: text,
});
type Context = z.infer<typeof Context>;

/** In place of a URL: this deployment has no array of its own. */
const noArray = 'none';

// What was not given must be absent, not undefined: an undefined override would hide the environment's own value.
const arrayOf = ({
  sdpUrl,
  sdpCaFile,
  sdpCertificateSha256,
  sdpCaLayerArn,
  sdpSecretId,
}: Context): Partial<ArraySettings> => ({
  ...(sdpUrl === undefined ? {} : { sdpUrl: sdpUrl === noArray ? null : sdpUrl }),
  ...(sdpCaFile === undefined ? {} : { sdpCaFile }),
  ...(sdpCertificateSha256 === undefined ? {} : { sdpCertificateSha256 }),
  ...(sdpCaLayerArn === undefined ? {} : { caLayerArn: sdpCaLayerArn }),
  ...(sdpSecretId === undefined ? {} : { sdpSecretId }),
});

const domainOf = ({ domainName, certificateArn }: Context): EnvironmentOverrides => {
  if (domainName === undefined && certificateArn === undefined) return {};
  if (domainName === undefined || certificateArn === undefined)
    throw new Error('domainName and certificateArn go together');
  return { domain: { name: domainName, certificateArn } };
};

const networkOf = (context: Context): EnvironmentOverrides => {
  const { vpcId, availabilityZones, subnetIds, securityGroupIds, routeTableIds = [], vpcEndpoints } = context;
  if (vpcId === undefined) {
    if (vpcEndpoints === 'create') throw new Error('vpcEndpoints=create needs vpcId');
    return {};
  }
  if (!availabilityZones || !subnetIds || !securityGroupIds)
    throw new Error('vpcId needs availabilityZones, subnetIds and securityGroupIds');
  if (vpcEndpoints === 'create' && routeTableIds.length === 0)
    throw new Error('vpcEndpoints=create needs routeTableIds');
  const endpoints = vpcEndpoints;
  return { network: { vpcId, availabilityZones, subnetIds, securityGroupIds, routeTableIds, endpoints } };
};

/** Throws `ZodError` for an unknown environment or an empty value. AWS credentials of the `cdk` command stand in for `account`. */
export const readContext = (
  variables: NodeJS.ProcessEnv,
): { readonly environmentName: EnvironmentName; readonly overrides: EnvironmentOverrides } => {
  const context = Context.parse(JSON.parse(variables['CDK_CONTEXT_JSON'] ?? '{}'));
  const onOneMachine = context.env === 'embedded' || context.env === 'local';
  const account = context.account ?? (onOneMachine ? undefined : variables['CDK_DEFAULT_ACCOUNT']);
  return {
    environmentName: context.env,
    overrides: {
      ...(account === undefined ? {} : { account }),
      ...(context.region === undefined ? {} : { region: context.region }),
      ...(context.alarmTopicArn === undefined ? {} : { alarmTopicArn: context.alarmTopicArn }),
      ...(context.agentSecretId === undefined
        ? {}
        : { agentCredentials: { kind: 'static', secretId: context.agentSecretId } }),
      ...domainOf(context),
      ...networkOf(context),
      array: arrayOf(context),
    },
  };
};
