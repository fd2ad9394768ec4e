/** AWS::Lambda::Function: which file runs, with which variables, for how long. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { FunctionSource } from '../functions.ts';
import { type FoundResource, readProperties } from './resource-reading.ts';

export interface CodePlaces {
  readonly assetFolders: ReadonlyMap<string, string>;
  /** The repository, for functions the app synthesizes without code because their source itself is run. */
  readonly sourceRoot: string | null;
}

const properties = z.object({
  Code: z.union([
    z.strictObject({ S3Bucket: z.unknown(), S3Key: z.string() }),
    z.strictObject({ ZipFile: z.string() }),
  ]),
  Handler: z.string().regex(/^[\w-]+\.\w+$/),
  Environment: z.strictObject({ Variables: z.record(z.string(), z.coerce.string()) }).default({ Variables: {} }),
  Timeout: z.int().positive().default(3),
});

const ignored = [
  'FunctionName',
  'Role',
  'Runtime',
  'MemorySize',
  'Architectures',
  'Description',
  'Tags',
  'TracingConfig',
  'LoggingConfig',
  'KmsKeyArn',
  'ReservedConcurrentExecutions',
  'VpcConfig',
  'DeadLetterConfig',
  'EphemeralStorage',
  'RuntimeManagementConfig',
  'RecursiveLoop',
];

/** Template metadata: the folder, below the repository, of the handler.ts this function is. */
const sourceMetadata = 'reprise:source';

const bundleIn = (folder: string, handler: string): string => {
  const stem = handler.slice(0, handler.indexOf('.'));
  const found = ['mjs', 'cjs', 'js'].map((extension) => path.join(folder, `${stem}.${extension}`)).find(existsSync);
  if (found === undefined) throw new Error(`no ${stem}.mjs, .cjs or .js in the asset ${path.basename(folder)}`);
  return found;
};

const sourceFile = ({ logicalId, resource, scope }: FoundResource, { sourceRoot }: CodePlaces): string => {
  const source = resource.Metadata[sourceMetadata];
  if (typeof source !== 'string' || sourceRoot === null) {
    throw new Error(
      `${scope.stackName}: ${logicalId} has inline code; it needs ${sourceMetadata} metadata and a source root`,
    );
  }
  return path.join(sourceRoot, source, 'handler.ts');
};

export const readFunction = (found: FoundResource, places: CodePlaces): FunctionSource => {
  const { Code, Handler, Environment, Timeout } = readProperties(found, properties, ignored);
  const at = {
    name: found.scope.physicalName(found.logicalId),
    environment: Environment.Variables,
    timeoutSeconds: Timeout,
  };
  if ('ZipFile' in Code) return { ...at, bundlePath: sourceFile(found, places) };
  const folder = places.assetFolders.get(Code.S3Key);
  if (folder === undefined)
    throw new Error(`${found.scope.stackName}: ${found.logicalId}: no asset ${Code.S3Key} in the assembly`);
  return { ...at, bundlePath: bundleIn(folder, Handler) };
};
