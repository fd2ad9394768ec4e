/** The REST API and one function per capability. */
import { Annotations, CfnOutput, Duration, type App } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';

import { ServiceAlarm } from '../constructs/service-alarm.ts';
import { ServiceFunction } from '../constructs/service-function.ts';
import { ServiceGateway } from '../constructs/service-gateway.ts';
import { apiGrants } from '../grants/api.ts';
import { gatewayMethods, stageName, type GatewayMethod } from '../openapi.ts';
import { functionSources } from '../sources.ts';
import { ServiceStack, type StackContext } from './stack-context.ts';

export class ApiStack extends ServiceStack {
  constructor(app: App, context: StackContext) {
    super(app, 'api', context.environment);
    const { environment, key, roots } = context;
    const functions = this.addFunctions(context);
    const methods = this.servedMethods(gatewayMethods(roots.routes), functions);
    const gateway = new ServiceGateway(this, 'Gateway', { environment, key, methods, functions });
    new ServiceAlarm(this, 'ServerErrors', {
      environment,
      metric: gateway.metricServerError({ period: Duration.minutes(5) }),
      threshold: 5,
      impact: 'Callers of the API are answered with 5xx.',
      runbook: 'api-server-errors',
    });
    new CfnOutput(this, 'ApiId', { value: gateway.restApiId });
    const own = gateway.deploymentStage.urlForPath('/');
    const { domain } = environment;
    new CfnOutput(this, 'ApiUrl', { value: domain === null ? own : `https://${domain.name}/${stageName}/` });
  }

  private addFunctions(context: StackContext): ReadonlyMap<string, IFunction> {
    const names = functionSources(context.roots.functions)
      .filter(({ group }) => group === 'api')
      .map(({ name }) => name);
    const capability = (name: string): IFunction =>
      new ServiceFunction(this, `api-${name}`, { ...context, group: 'api', name, grantTable: apiGrants });
    return new Map(names.map((name) => [name, capability(name)]));
  }

  /** Leaves out, and reports, methods whose function is not there. An annotation: see the flows stack. */
  private servedMethods(methods: readonly GatewayMethod[], functions: ReadonlyMap<string, IFunction>): GatewayMethod[] {
    const missing = new Set(
      methods.map(({ capability }) => capability).filter((capability) => !functions.has(capability)),
    );
    for (const capability of missing)
      Annotations.of(this).addError(`routes of ${capability}, but no functions/api/${capability}/handler.ts`);
    return methods.filter(({ capability }) => !missing.has(capability));
  }
}
