/** Reads a synthesized CDK app into what the engines run: the same functions, definitions and variables as on AWS. */
import { type ApiMethod, readApi } from './cloudformation/api-resources.ts';
import { type QueueSource, readQueue, readTable, type TableSource } from './cloudformation/data-resources.ts';
import { readStateMachine } from './cloudformation/flow-resources.ts';
import { readFunction } from './cloudformation/function-resources.ts';
import { scopesOf } from './cloudformation/references.ts';
import type { FoundResource } from './cloudformation/resource-reading.ts';
import { readRules } from './cloudformation/rule-resources.ts';
import { type Assembly, readAssembly } from './cloudformation/template.ts';
import type { EventRule } from './events/event-rule.ts';
import type { FunctionSource } from './functions.ts';
import type { ScheduledRule } from './schedules/scheduled-rule.ts';
import type { MachineSource } from './state-machines/load-machine.ts';

export interface SynthesizedApp {
  readonly functions: readonly FunctionSource[];
  readonly stateMachines: readonly MachineSource[];
  readonly api: readonly ApiMethod[];
  /** The API's stage, `api`; null without an API. */
  readonly stageName: string | null;
  readonly tables: readonly TableSource[];
  readonly queues: readonly QueueSource[];
  readonly scheduledRules: readonly ScheduledRule[];
  readonly eventRules: readonly EventRule[];
}

export interface ReadOptions {
  /** Where queues will be: their URLs stand in variables. */
  readonly queueUrl: (queueName: string) => string;
  /** Repository whose sources are run where the app was synthesized without bundles. */
  readonly sourceRoot?: string;
}

/** Nothing to run on one machine: permissions, keys, logs, alarms, and the parts of the gateway that only route to it. */
const withoutEffectHere = [
  /^AWS::(IAM|KMS|Logs|CloudWatch|SNS|EC2|SSM|SecretsManager|WAFv2)::/,
  /^AWS::ApiGateway::(Account|Deployment|GatewayResponse|DomainName|BasePathMapping)$/,
  // Retries and the queue for what failed are those of the rule that calls the function.
  /^AWS::Lambda::(Permission|LayerVersion|EventInvokeConfig)$/,
  /^AWS::SQS::QueuePolicy$/,
  /^AWS::Events::EventBus$/,
  /^AWS::CDK::Metadata$/,
];

const everyResource = ({ stacks }: Assembly, queueUrl: ReadOptions['queueUrl']): FoundResource[] =>
  [...scopesOf(stacks, queueUrl)].flatMap(([stack, scope]) =>
    Object.entries(stack.template.Resources).map(([logicalId, resource]) => ({ logicalId, resource, scope })),
  );

const served = [
  'AWS::Lambda::Function',
  'AWS::StepFunctions::StateMachine',
  'AWS::ApiGateway::RestApi',
  'AWS::ApiGateway::Stage',
  'AWS::DynamoDB::Table',
  'AWS::SQS::Queue',
  'AWS::Events::Rule',
] as const;

const notUnderstood = ({ logicalId, resource }: FoundResource): string | null => {
  const known: readonly string[] = served;
  if (known.includes(resource.Type)) return resource.Condition === undefined ? null : `the condition of ${logicalId}`;
  return withoutEffectHere.some((type) => type.test(resource.Type)) ? null : `${resource.Type} (${logicalId})`;
};

const refuseOthers = (resources: readonly FoundResource[]): void => {
  for (const found of resources) {
    const what = notUnderstood(found);
    if (what !== null) throw new Error(`${found.scope.stackName}: the embedded cloud does not understand ${what}`);
  }
};

/** Throws, naming stack, resource and property, for whatever it does not understand. */
export const readSynthesizedApp = async (assemblyDir: string, options: ReadOptions): Promise<SynthesizedApp> => {
  const assembly = await readAssembly(assemblyDir);
  const resources = everyResource(assembly, options.queueUrl);
  refuseOthers(resources);
  const places = { assetFolders: assembly.assetFolders, sourceRoot: options.sourceRoot ?? null };
  const ofType = (type: (typeof served)[number]): FoundResource[] =>
    resources.filter(({ resource }) => resource.Type === type);
  const rules = ofType('AWS::Events::Rule').map(readRules);
  const stage = ofType('AWS::ApiGateway::Stage')[0];
  return {
    functions: ofType('AWS::Lambda::Function').map((found) => readFunction(found, places)),
    stateMachines: ofType('AWS::StepFunctions::StateMachine').map(readStateMachine),
    api: ofType('AWS::ApiGateway::RestApi').flatMap(readApi),
    stageName: stage === undefined ? null : stage.scope.physicalName(stage.logicalId),
    tables: ofType('AWS::DynamoDB::Table').map(readTable),
    queues: ofType('AWS::SQS::Queue').map(readQueue),
    scheduledRules: rules.flatMap(({ scheduled }) => scheduled),
    eventRules: rules.flatMap(({ byPattern }) => byPattern),
  };
};
