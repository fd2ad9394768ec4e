/** The REST API from the route table: throttled, access-logged, traced; unknown paths are 404 as the contract has it. */
import { Stack, Validations } from 'aws-cdk-lib';
import {
  AccessLogFormat,
  ApiDefinition,
  EndpointType,
  LogGroupLogDestination,
  MethodLoggingLevel,
  ResponseType,
  SecurityPolicy,
  SpecRestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

import type { Domain, Environment } from '../environment.ts';
import { namesOf } from '../names.ts';
import { gatewayBody, stageName, type GatewayMethod } from '../openapi.ts';
import { ServiceLogGroup } from './service-log-group.ts';
import { ServiceWebAcl } from './service-web-acl.ts';

export interface ServiceGatewayProps {
  readonly environment: Environment;
  readonly key: IKey | undefined;
  readonly methods: readonly GatewayMethod[];
  /** By capability. */
  readonly functions: ReadonlyMap<string, IFunction>;
}

const integrationUri = (scope: Construct, target: IFunction): string => {
  const { partition, region } = Stack.of(scope);
  return `arn:${partition}:apigateway:${region}:lambda:path/2015-03-31/functions/${target.functionArn}/invocations`;
};

const bodyOf = (scope: Construct, { environment, methods, functions }: ServiceGatewayProps): object =>
  gatewayBody(namesOf(environment).stack('api'), methods, (capability) => {
    const target = functions.get(capability);
    if (!target) throw new Error(`no function serves ${capability}`);
    return integrationUri(scope, target);
  });

export class ServiceGateway extends SpecRestApi {
  constructor(scope: Construct, id: string, props: ServiceGatewayProps) {
    const { environment, key, functions } = props;
    const restApiName = namesOf(environment).stack('api');
    super(scope, id, {
      restApiName,
      apiDefinition: ApiDefinition.fromInline(bodyOf(scope, props)),
      endpointTypes: [EndpointType.REGIONAL],
      // Its own name takes TLS 1.0; the domain takes 1.2 and above.
      disableExecuteApiEndpoint: environment.domain !== null,
      // API Gateway writes logs with a role of the account, not of the API.
      cloudWatchRole: true,
      deployOptions: {
        stageName,
        throttlingRateLimit: environment.apiRequestsPerSecond,
        throttlingBurstLimit: environment.apiBurst,
        accessLogDestination: new LogGroupLogDestination(
          new ServiceLogGroup(scope, `${id}AccessLogs`, {
            environment,
            key,
            logGroupName: `/aws/apigateway/${restApiName}`,
          }),
        ),
        accessLogFormat: AccessLogFormat.jsonWithStandardFields(),
        loggingLevel: MethodLoggingLevel.ERROR,
        dataTraceEnabled: false,
        metricsEnabled: true,
        tracingEnabled: true,
      },
    });
    this.answerInOneShape();
    this.permitInvocation(functions);
    if (environment.domain !== null) this.addDomain(environment.domain);
    if (environment.webAcl !== null) {
      const protects = this.deploymentStage.stageArn;
      new ServiceWebAcl(this, 'WebAcl', { name: restApiName, limits: environment.webAcl, protects });
    }
  }

  /** What the gateway answers by itself has the body of the contract's errors. */
  private answerInOneShape(): void {
    Validations.of(this).acknowledge({
      id: 'CloudFormation-Validate::W3660',
      reason: 'LocalStack ignores gateway responses inside the body.',
    });
    const templates = { 'application/json': '{"detail":$context.error.messageString}' };
    // The gateway calls a path it does not know a missing token.
    this.addGatewayResponse('UnknownPath', {
      type: ResponseType.MISSING_AUTHENTICATION_TOKEN,
      statusCode: '404',
      templates: { 'application/json': '{"detail":"Not Found"}' },
    });
    this.addGatewayResponse('ClientError', { type: ResponseType.DEFAULT_4XX, templates });
    this.addGatewayResponse('ServerError', { type: ResponseType.DEFAULT_5XX, templates });
  }

  private permitInvocation(functions: ReadonlyMap<string, IFunction>): void {
    for (const target of functions.values()) {
      target.addPermission('Gateway', {
        principal: new ServicePrincipal('apigateway.amazonaws.com'),
        sourceArn: this.arnForExecuteApi('*', '/*', stageName),
      });
    }
  }

  /** `/api/...` maps to the stage as without a domain; every other path (the aliases under /flex) to its root. */
  private addDomain({ name, certificateArn }: Domain): void {
    const certificate = Certificate.fromCertificateArn(this, 'Certificate', certificateArn);
    const domain = this.addDomainName('Domain', {
      domainName: name,
      certificate,
      securityPolicy: SecurityPolicy.TLS_1_2,
      endpointType: EndpointType.REGIONAL,
    });
    domain.addBasePathMapping(this, { basePath: stageName, stage: this.deploymentStage });
  }
}
