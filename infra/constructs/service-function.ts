/** A function as this service deploys it: one folder, one bundle, one role, one log group. */
import { join } from 'node:path';

import { CfnResource, Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Architecture, Code, Function, LoggingFormat, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

import { bundleFolderOf } from '../bundle.ts';
import type { Environment, FunctionGroup } from '../environment.ts';
import type { FunctionGrants, GrantTable } from '../grants/function-grants.ts';
import { functionVariables } from '../grants/variables.ts';
import { namesOf } from '../names.ts';
import type { SourceRoots } from '../sources.ts';
import { arrayPlacement } from './array-placement.ts';
import { FunctionRole } from './function-role.ts';
import { ServiceLogGroup } from './service-log-group.ts';

export interface ServiceFunctionProps {
  readonly environment: Environment;
  readonly roots: SourceRoots;
  readonly key: IKey | undefined;
  readonly group: FunctionGroup;
  readonly name: string;
  /** The group's table; a function without a row in it is refused. */
  readonly grantTable: GrantTable;
}

/** Metadata of the template: the folder below the repository whose handler.ts this is. */
const sourceMetadata = 'reprise:source';

const grantsFor = ({ group, name, grantTable }: ServiceFunctionProps): FunctionGrants => {
  const grants = grantTable[name];
  if (!grants) throw new Error(`functions/${group}/${name} has no row in infra/grants/${group}.ts`);
  return grants;
};

const codeOf = ({ environment, roots, group, name }: ServiceFunctionProps): Code =>
  environment.code === 'bundles'
    ? Code.fromAsset(join(roots.bundles, bundleFolderOf({ group, name })))
    : Code.fromInline(`// The embedded cloud runs functions/${group}/${name}/handler.ts itself.`);

export class ServiceFunction extends Function {
  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    const { environment, group, name, key } = props;
    const grants = grantsFor(props);
    const concurrency = environment.functionConcurrency[group];
    const functionName = namesOf(environment).function(group, name);
    const logGroup = new ServiceLogGroup(scope, `${id}Logs`, {
      environment,
      key,
      logGroupName: `/aws/lambda/${functionName}`,
    });
    super(scope, id, {
      functionName,
      code: codeOf(props),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_22_X,
      architecture: Architecture.ARM_64,
      memorySize: environment.memoryMib[group],
      timeout: Duration.seconds(environment.functionTimeoutSeconds[group]),
      environment: { ...functionVariables(grants, environment, key), NODE_OPTIONS: '--enable-source-maps' },
      role: new FunctionRole(scope, `${id}Role`, { environment, roleName: functionName, grants, logGroup, key }),
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      tracing: Tracing.ACTIVE,
      ...(grants.callsArray ? arrayPlacement(scope, `${id}Place`, environment) : {}),
      ...(concurrency === null ? {} : { reservedConcurrentExecutions: concurrency }),
    });
    this.node.children.find(CfnResource.isCfnResource)?.addMetadata(sourceMetadata, `functions/${group}/${name}`);
  }
}
