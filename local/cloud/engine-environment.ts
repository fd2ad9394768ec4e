/** The variables by which functions find the engines: names the AWS SDK defines, added to those of the template. */

export interface Endpoints {
  readonly dynamodb: string;
  readonly sqs: string;
  readonly stepfunctions: string;
  /** EventBridge and STS answer here too. */
  readonly secrets: string;
}

export const engineEnvironment = (endpoints: Endpoints): Readonly<Record<string, string>> => ({
  AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
  AWS_ENDPOINT_URL_SQS: endpoints.sqs,
  AWS_ENDPOINT_URL_SFN: endpoints.stepfunctions,
  AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoints.secrets,
  AWS_ENDPOINT_URL_EVENTBRIDGE: endpoints.secrets,
  AWS_ENDPOINT_URL_STS: endpoints.secrets,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
});

/**
 * Clients made without credentials or region read these from the process; what is set already stays. The SDK's advice
 * about node versions is for whoever builds functions, not for whoever runs them here.
 */
export const provideProcessDefaults = (): void => {
  process.env['AWS_REGION'] ??= 'us-east-1';
  process.env['AWS_ACCESS_KEY_ID'] ??= 'local';
  process.env['AWS_SECRET_ACCESS_KEY'] ??= 'local';
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
};
