/** The assembly as rows, so that a test can ask for resources of a type over all stacks. */
import type { App } from 'aws-cdk-lib';
import { z } from 'zod';

import { buildApp, type AppOverrides } from '../../infra/build-app.ts';
import { readContext } from '../../infra/context.ts';
import type { Environment, EnvironmentName } from '../../infra/environment.ts';
import { resolveEnvironment, type EnvironmentOverrides } from '../../infra/environments.ts';
import { exampleContext } from '../../infra/example-context.ts';
import { temporaryFolder } from './temporary-folder.ts';

const Template = z.object({
  Resources: z
    .record(
      z.string(),
      z.object({
        Type: z.string(),
        Properties: z.record(z.string(), z.unknown()).default({}),
        Metadata: z.record(z.string(), z.unknown()).default({}),
        DeletionPolicy: z.string().optional(),
      }),
    )
    .default({}),
});

export interface Resource {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly deletionPolicy: string | undefined;
}

export interface Synthesized {
  readonly resources: readonly Resource[];
  readonly ofType: (type: string) => readonly Resource[];
  readonly app: App;
  readonly environment: Environment;
  readonly stacks: readonly { readonly name: string; readonly terminationProtection: boolean }[];
  /** What `cdk` would refuse to deploy. */
  readonly errors: readonly string[];
}

/** Synthesizes into a temporary folder. Account and array are made up; bundles are left out unless asked for. */
export const synthesize = (name: EnvironmentName, overrides: AppOverrides = {}): Synthesized => {
  const settings: EnvironmentOverrides = {
    account: '123456789012',
    array: { sdpUrl: 'https://array.test' },
    code: 'sources',
    ...overrides.environment,
  };
  const app = buildApp(name, { outdir: temporaryFolder('reprise-assembly-'), ...overrides, environment: settings });
  const assembly = app.synth();
  const resources = assembly.stacks.flatMap((stack) =>
    Object.entries(Template.parse(stack.template).Resources).map(
      ([logicalId, { Type, Properties, Metadata, DeletionPolicy }]) => ({
        stack: stack.stackName,
        logicalId,
        type: Type,
        properties: Properties,
        metadata: Metadata,
        deletionPolicy: DeletionPolicy,
      }),
    ),
  );
  return {
    app,
    environment: resolveEnvironment(name, settings),
    stacks: assembly.stacks.map(({ stackName, terminationProtection = false }) => ({
      name: stackName,
      terminationProtection,
    })),
    resources,
    ofType: (type) => resources.filter((resource) => resource.type === type),
    errors: assembly.stacks.flatMap(({ messages }) =>
      messages
        .filter(({ level }: { readonly level: string }) => level === 'error')
        .map(({ entry }) => z.string().parse(entry.data)),
    ),
  };
};

export type DeployedName = keyof typeof exampleContext;
export const deployedNames: readonly DeployedName[] = ['local', 'dev', 'staging', 'prod'];

const examples = new Map<DeployedName, Synthesized>();

/** The repository, with the values that `npm run synth:all` gives to the `cdk` command. Once per test file: look, do not change. */
export const synthesizeExample = (name: DeployedName): Synthesized => {
  const known = examples.get(name);
  if (known) return known;
  const { overrides } = readContext({ CDK_CONTEXT_JSON: JSON.stringify({ env: name, ...exampleContext[name] }) });
  const { account } = resolveEnvironment(name, overrides);
  const made = synthesize(name, { environment: { ...overrides, account } });
  examples.set(name, made);
  return made;
};

/** Reads a template value as CloudFormation would: `Fn::Join` of texts, with the physical name in place of a reference. */
export const resolveText = (value: unknown, { resources }: Pick<Synthesized, 'resources'>): string => {
  if (typeof value === 'string') return value;
  const parsed = z
    .union([
      z.object({ 'Fn::Join': z.tuple([z.string(), z.array(z.unknown())]) }),
      z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }),
      z.object({ Ref: z.string() }),
    ])
    .parse(value);
  if ('Fn::Join' in parsed)
    return parsed['Fn::Join'][1].map((part) => resolveText(part, { resources })).join(parsed['Fn::Join'][0]);
  const logicalId = 'Ref' in parsed ? parsed.Ref : parsed['Fn::GetAtt'][0];
  const properties = resources.find((resource) => resource.logicalId === logicalId)?.properties ?? {};
  return z
    .string()
    .parse(properties['FunctionName'] ?? properties['LogGroupName'] ?? properties['QueueName'] ?? logicalId);
};
