/** Builds the whole app; `infra/app.ts` calls it for the `cdk` command, the embedded cloud and tests call it in their own process. */
import { App, Validations, type IPolicyValidationPlugin } from 'aws-cdk-lib';

import { routeTable } from '../functions/api/route-table.ts';
import { servicesCalledInNetwork } from './called-services.ts';
import { functionGroups, type EnvironmentName } from './environment.ts';
import { resolveEnvironment, type EnvironmentOverrides } from './environments.ts';
import { functionSources, rootsOf, type SourceRoots } from './sources.ts';
import { AgentsStack } from './stacks/agents-stack.ts';
import { ApiStack } from './stacks/api-stack.ts';
import { DataStack } from './stacks/data-stack.ts';
import { EventsStack } from './stacks/events-stack.ts';
import { FlowsStack } from './stacks/flows-stack.ts';
import { NetworkStack } from './stacks/network-stack.ts';
import { SchedulesStack } from './stacks/schedules-stack.ts';

export interface AppOverrides {
  readonly environment?: EnvironmentOverrides;
  readonly roots?: Partial<SourceRoots>;
  /** Folder of the assembly; `cdk.out` by default. */
  readonly outdir?: string;
  /** Looked at the app before it is written, and may refuse it; the `cdk` command brings cdk-nag. */
  readonly validations?: readonly IPolicyValidationPlugin[];
}

/** Here and not in cdk.json, which only the `cdk` command reads: every caller gets the same templates. */
const featureFlags = {
  '@aws-cdk/aws-iam:minimizePolicies': true,
  '@aws-cdk/aws-iam:standardizedServicePrincipals': true,
  '@aws-cdk/core:checkSecretUsage': true,
  '@aws-cdk/core:enablePartitionLiterals': true,
  '@aws-cdk/core:defaultCrossStackReferences': 'strong',
  '@aws-cdk/core:validateAgainstDefaultRules': true,
};

const refuseUnknownGroups = (functions: string): void => {
  const known: readonly string[] = functionGroups;
  const stray = functionSources(functions).find(({ group }) => !known.includes(group));
  if (stray) throw new Error(`no stack deploys functions/${stray.group}/${stray.name}`);
};

/**
 * Stacks named `reprise-<environment>-{data,agents,flows,api,schedules,events}`, and `network` where it makes endpoints. Call `synth()` on the answer.
 * Throws when the environment lacks a value, a function lacks its grants, a placeholder has no value or a path would be refused.
 */
export const buildApp = (environmentName: EnvironmentName, overrides: AppOverrides = {}): App => {
  const environment = resolveEnvironment(environmentName, overrides.environment);
  const roots: SourceRoots = { ...rootsOf(routeTable), ...overrides.roots };
  refuseUnknownGroups(roots.functions);

  const app = new App({
    context: featureFlags,
    // CloudFormation's own rules matter to CloudFormation; loading them takes the embedded cloud two seconds.
    builtinCloudFormationValidation: environment.code === 'bundles',
    ...(overrides.outdir === undefined ? {} : { outdir: overrides.outdir }),
  });
  Validations.of(app).addPlugins(...(overrides.validations ?? []));
  const data = new DataStack(app, environment);
  const context = { environment, roots, key: data.key };
  const agents = new AgentsStack(app, context);
  const flows = new FlowsStack(app, context);
  const api = new ApiStack(app, context);
  const schedules = new SchedulesStack(app, context);
  const events = new EventsStack(app, context);

  // Names, not exports, join the stacks, so the order of deployment has to be said.
  agents.addStackDependency(data);
  flows.addStackDependency(agents);
  api.addStackDependency(flows);
  schedules.addStackDependency(flows);
  events.addStackDependency(flows);
  if (environment.network?.endpoints === 'create') {
    const services = servicesCalledInNetwork(environment, roots);
    flows.addStackDependency(new NetworkStack(app, environment, environment.network, services));
  }
  return app;
};
