/**
 * Registered arrays, and what the deployment's own array said it is: by its URL, since a deployment may be given another.
 * The very first is kept apart for rows from before arrays had names.
 */
import { Entity } from 'dynamodb-toolbox/entity';
import { any, item, number, string } from 'dynamodb-toolbox/schema';
import { jsonStringify } from 'dynamodb-toolbox/transformers/jsonStringify';
import type { ArrayTrust } from '../../domain/array.ts';
import type { ProductTable } from './table.ts';

export const arrayPartitions = { arrays: 'arrays', deploymentArrays: 'deployment-arrays' } as const;

export function arrayEntities(table: ProductTable) {
  const array = new Entity({
    timestamps: false,
    name: 'array',
    table,
    schema: item({
      sdpId: string().key(),
      name: string(),
      url: string(),
      secretId: string(),
      trust: any().transform(jsonStringify()).castAs<ArrayTrust>(),
      registeredAtSeconds: number(),
      version: number(),
      /** Both only while it is being removed. */
      removalId: string().optional(),
      removingSinceSeconds: number().optional(),
    }),
    computeKey: ({ sdpId }: { sdpId: string }) => ({ pk: arrayPartitions.arrays, sk: sdpId }),
  });

  const deploymentArray = new Entity({
    timestamps: false,
    name: 'deploymentArray',
    table,
    schema: item({ url: string().key(), sdpId: string(), name: string() }),
    computeKey: ({ url }: { url: string }) => ({ pk: arrayPartitions.deploymentArrays, sk: url }),
  });

  return { array, deploymentArray };
}
