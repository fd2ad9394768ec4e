/** A stack's template and its assets, as `cdk synth` leaves them in a cloud assembly folder. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

const resource = z.looseObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  Metadata: z.record(z.string(), z.unknown()).default({}),
  Condition: z.string().optional(),
});
const template = z.looseObject({
  Resources: z.record(z.string(), resource).default({}),
  Outputs: z
    .record(z.string(), z.looseObject({ Value: z.unknown(), Export: z.object({ Name: z.unknown() }).optional() }))
    .default({}),
  Parameters: z.record(z.string(), z.looseObject({ Default: z.unknown().optional() })).default({}),
});
const manifest = z.looseObject({
  artifacts: z.record(
    z.string(),
    z.looseObject({
      type: z.string(),
      properties: z
        .looseObject({
          templateFile: z.string().optional(),
          stackName: z.string().optional(),
          file: z.string().optional(),
        })
        .optional(),
    }),
  ),
});
const assetManifest = z.looseObject({
  files: z
    .record(
      z.string(),
      z.looseObject({
        source: z.looseObject({ path: z.string(), packaging: z.string() }),
        destinations: z.record(z.string(), z.looseObject({ objectKey: z.string() })),
      }),
    )
    .default({}),
});

export type Resource = z.infer<typeof resource>;
export type Template = z.infer<typeof template>;

export interface Stack {
  readonly name: string;
  readonly template: Template;
}

export interface Assembly {
  readonly stacks: readonly Stack[];
  /** Folder of an asset, by the S3 key it would be uploaded to. */
  readonly assetFolders: ReadonlyMap<string, string>;
}

const readJson = async (file: string): Promise<unknown> => JSON.parse(await readFile(file, 'utf8'));

/** Reads manifest.json, templates and asset manifests. Throws on nested assemblies and on files that are not what CDK writes. */
export const readAssembly = async (assemblyDir: string): Promise<Assembly> => {
  const { artifacts } = manifest.parse(await readJson(path.join(assemblyDir, 'manifest.json')));
  const stacks: Stack[] = [];
  const assetFolders = new Map<string, string>();
  for (const [id, { type, properties }] of Object.entries(artifacts)) {
    if (type === 'cdk:cloud-assembly') throw new Error(`the embedded cloud reads no nested assembly: ${id}`);
    if (type === 'aws:cloudformation:stack' && properties?.templateFile !== undefined) {
      const read = template.parse(await readJson(path.join(assemblyDir, properties.templateFile)));
      stacks.push({ name: properties.stackName ?? id, template: read });
    }
    if (type === 'cdk:asset-manifest' && properties?.file !== undefined) {
      const { files } = assetManifest.parse(await readJson(path.join(assemblyDir, properties.file)));
      for (const { source, destinations } of Object.values(files)) {
        for (const { objectKey } of Object.values(destinations))
          assetFolders.set(objectKey, path.resolve(assemblyDir, source.path));
      }
    }
  }
  return { stacks, assetFolders };
};
