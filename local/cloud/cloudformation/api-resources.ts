/** The REST API: from the OpenAPI body to one row per method. */
import { z } from 'zod';
import { functionNameOf } from '../state-machines/task-plan.ts';
import { type FoundResource, readProperties } from './resource-reading.ts';

export interface ApiMethod {
  /** `GET` …, in capitals. */
  readonly method: string;
  /** Template without the stage: `/echo/v1/tasks/{request_id}`. */
  readonly path: string;
  readonly functionName: string;
}

const methodNames = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options'] as const;

const operation = z.looseObject({
  'x-amazon-apigateway-integration': z.looseObject({ type: z.literal('aws_proxy'), uri: z.string() }),
});
const pathItem = z.strictObject(
  Object.fromEntries([...methodNames.map((name) => [name, operation.optional()] as const)]),
);
const apiProperties = z.object({
  Body: z.looseObject({ openapi: z.string().startsWith('3.0'), paths: z.record(z.string().startsWith('/'), pathItem) }),
});

const apiIgnored = [
  'Name',
  'Description',
  'EndpointConfiguration',
  'DisableExecuteApiEndpoint',
  'FailOnWarnings',
  'Tags',
  'Mode',
  'Policy',
  'MinimumCompressionSize',
];

const invocationPath = /:lambda:path\/2015-03-31\/functions\/(arn:[^/]+)\/invocations$/;

const functionBehind = (uri: string): string => {
  const name = functionNameOf(invocationPath.exec(uri)?.[1] ?? '');
  if (name === null) throw new Error(`the embedded cloud does not understand the integration ${uri}`);
  return name;
};

export const readApi = (found: FoundResource): ApiMethod[] => {
  const { Body } = readProperties(found, apiProperties, apiIgnored);
  return Object.entries(Body.paths).flatMap(([path, item]) =>
    methodNames.flatMap((name) => {
      const served = item[name];
      if (served === undefined) return [];
      return [
        {
          method: name.toUpperCase(),
          path,
          functionName: functionBehind(served['x-amazon-apigateway-integration'].uri),
        },
      ];
    }),
  );
};
