/** What is deployed is what has a folder: functions/<group>/<name>/handler.ts and statemachines/<flow>/definition.asl.json. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Route } from '../shared/http/route.ts';

/** Where the deployed code is read from; tests bring a tree of their own. */
export interface SourceRoots {
  readonly functions: string;
  readonly statemachines: string;
  /** Written by `bundleFunctions`: one folder per function. */
  readonly bundles: string;
  readonly routes: readonly Route[];
}

export interface FunctionSource {
  readonly group: string;
  readonly name: string;
}

const repository = fileURLToPath(new URL('..', import.meta.url));

export const rootsOf = (routes: readonly Route[], folder: string = repository): SourceRoots => ({
  functions: join(folder, 'functions'),
  statemachines: join(folder, 'statemachines'),
  bundles: join(folder, 'dist', 'functions'),
  routes,
});

const foldersWith = (parent: string, file: string): string[] =>
  existsSync(parent)
    ? readdirSync(parent)
        .filter((folder) => existsSync(join(parent, folder, file)))
        .sort()
    : [];

/** Every function of every group, sorted. */
export const functionSources = (functionsFolder: string): FunctionSource[] =>
  (existsSync(functionsFolder) ? readdirSync(functionsFolder).sort() : []).flatMap((group) =>
    foldersWith(join(functionsFolder, group), 'handler.ts').map((name) => ({ group, name })),
  );

export const flowNames = (statemachinesFolder: string): string[] =>
  foldersWith(statemachinesFolder, 'definition.asl.json');

/** The ASL as written, placeholders included. Throws `SyntaxError` when it is no JSON. */
export const readFlowDefinition = (statemachinesFolder: string, flow: string): unknown =>
  JSON.parse(readFileSync(join(statemachinesFolder, flow, 'definition.asl.json'), 'utf8'));
