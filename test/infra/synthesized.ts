/** The assembly as rows, so that a test can ask for resources of a type over all stacks. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { z } from 'zod';

import { buildApp, type AppOverrides } from '../../infra/build-app.ts';
import type { EnvironmentName } from '../../infra/environment.ts';

const Template = z.object({
  Resources: z
    .record(
      z.string(),
      z.object({
        Type: z.string(),
        Properties: z.record(z.string(), z.unknown()).default({}),
        Metadata: z.record(z.string(), z.unknown()).default({}),
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
}

export interface Synthesized {
  readonly resources: readonly Resource[];
  readonly ofType: (type: string) => readonly Resource[];
  /** What `cdk` would refuse to deploy. */
  readonly errors: readonly string[];
}

/** Synthesizes into a temporary folder. Account and array are made up; bundles are left out unless asked for. */
export const synthesize = (name: EnvironmentName, overrides: AppOverrides = {}): Synthesized => {
  const assembly = buildApp(name, {
    outdir: mkdtempSync(join(tmpdir(), 'reprise-assembly-')),
    ...overrides,
    environment: {
      account: '123456789012',
      array: { sdpUrl: 'https://array.test' },
      code: 'sources',
      ...overrides.environment,
    },
  }).synth();
  const resources = assembly.stacks.flatMap((stack) =>
    Object.entries(Template.parse(stack.template).Resources).map(([logicalId, { Type, Properties, Metadata }]) => ({
      stack: stack.stackName,
      logicalId,
      type: Type,
      properties: Properties,
      metadata: Metadata,
    })),
  );
  return {
    resources,
    ofType: (type) => resources.filter((resource) => resource.type === type),
    errors: assembly.stacks.flatMap(({ messages }) =>
      messages
        .filter(({ level }: { readonly level: string }) => level === 'error')
        .map(({ entry }) => z.string().parse(entry.data)),
    ),
  };
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
