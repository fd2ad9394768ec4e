/** What Ref and Fn::GetAtt give for each resource type the app may refer to. */

export const region = 'us-east-1';
export const account = '000000000000';

export interface Identity {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

interface Kind {
  /** The property that holds the physical name. */
  readonly nameProperty: string;
  identify(name: string, queueUrl: (name: string) => string): Identity;
}

const arn = (service: string, rest: string, inRegion = region): string =>
  `arn:aws:${service}:${inRegion}:${account}:${rest}`;

const named = (nameProperty: string, service: string, prefix: string, inRegion = region): Kind => ({
  nameProperty,
  identify: (name) => ({ ref: name, attributes: { Arn: arn(service, `${prefix}${name}`, inRegion) } }),
});

const byArn = (
  nameProperty: string,
  service: string,
  prefix: string,
  arnAttribute = 'Arn',
  nameAttribute = 'Name',
): Kind => ({
  nameProperty,
  identify: (name) => {
    const ref = arn(service, `${prefix}${name}`);
    return { ref, attributes: { [arnAttribute]: ref, [nameAttribute]: name } };
  },
});

const kinds: Readonly<Record<string, Kind>> = {
  'AWS::Lambda::Function': named('FunctionName', 'lambda', 'function:'),
  'AWS::DynamoDB::Table': named('TableName', 'dynamodb', 'table/'),
  'AWS::IAM::Role': named('RoleName', 'iam', 'role/', ''),
  'AWS::KMS::Key': named('KeyName', 'kms', 'key/'),
  'AWS::Logs::LogGroup': named('LogGroupName', 'logs', 'log-group:'),
  'AWS::Events::Rule': named('Name', 'events', 'rule/'),
  'AWS::Events::EventBus': {
    nameProperty: 'Name',
    identify: (name) => ({ ref: name, attributes: { Arn: arn('events', `event-bus/${name}`), Name: name } }),
  },
  'AWS::StepFunctions::StateMachine': byArn('StateMachineName', 'states', 'stateMachine:'),
  'AWS::SecretsManager::Secret': byArn('Name', 'secretsmanager', 'secret:', 'Id'),
  'AWS::SNS::Topic': byArn('TopicName', 'sns', '', 'TopicArn', 'TopicName'),
  'AWS::SQS::Queue': {
    nameProperty: 'QueueName',
    identify: (name, queueUrl) => ({
      ref: queueUrl(name),
      attributes: { Arn: arn('sqs', name), QueueName: name, QueueUrl: queueUrl(name) },
    }),
  },
  'AWS::ApiGateway::RestApi': {
    nameProperty: 'Name',
    identify: () => ({ ref: 'embedded', attributes: { RootResourceId: 'root' } }),
  },
  'AWS::ApiGateway::Stage': { nameProperty: 'StageName', identify: (name) => ({ ref: name, attributes: {} }) },
};

export const nameProperty = (type: string): string | null => kinds[type]?.nameProperty ?? null;

/** Null for a type that nothing may refer to. */
export const identify = (type: string, name: string, queueUrl: (name: string) => string): Identity | null =>
  kinds[type]?.identify(name, queueUrl) ?? null;
