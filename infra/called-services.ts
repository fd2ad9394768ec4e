/** Which AWS services the functions in the array's network call: from their grants, so that it cannot be forgotten. */
import type { Environment, FunctionGroup } from './environment.ts';
import { apiGrants } from './grants/api.ts';
import { eventGrants } from './grants/events.ts';
import type { GrantTable } from './grants/function-grants.ts';
import { policyStatements } from './grants/policy-statements.ts';
import { scheduleGrants } from './grants/schedules.ts';
import { stepGrants } from './grants/steps.ts';
import { functionSources, type SourceRoots } from './sources.ts';

const grantTables: Readonly<Record<FunctionGroup, GrantTable>> = {
  api: apiGrants,
  steps: stepGrants,
  schedules: scheduleGrants,
  events: eventGrants,
};

/** Lambda makes the network interface for the function, from outside its network. */
const calledByLambdaItself = 'ec2';

const serviceOf = (action: string): string => action.slice(0, action.indexOf(':'));

/** IAM prefixes (`dynamodb`, `sqs` …), sorted. Empty without a network. */
export const servicesCalledInNetwork = (environment: Environment, roots: Pick<SourceRoots, 'functions'>): string[] => {
  if (environment.network === null) return [];
  const deployed = functionSources(roots.functions);
  const inNetwork = Object.entries(grantTables).flatMap(([group, table]) =>
    deployed
      .filter((source) => source.group === group)
      .flatMap(({ name }) => table[name] ?? [])
      .filter(({ callsArray }) => callsArray === true),
  );
  const actions = inNetwork.flatMap((grants) =>
    policyStatements(grants, environment).flatMap((statement) => statement.actions),
  );
  return [...new Set(actions.map(serviceOf))].filter((service) => service !== calledByLambdaItself).sort();
};
