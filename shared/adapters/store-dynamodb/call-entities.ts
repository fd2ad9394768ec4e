import { Entity } from 'dynamodb-toolbox/entity';
import { any, item, number, string } from 'dynamodb-toolbox/schema';
import { jsonStringify } from 'dynamodb-toolbox/transformers/jsonStringify';
import type { KeptAnswer } from '../../domain/call-record.ts';
import type { ProductTable } from './table.ts';

export const callPartitions = { call: (callHash: string) => `call#${callHash}` } as const;

export function callEntities(table: ProductTable) {
  const callRecord = new Entity({
    timestamps: false,
    name: 'callRecord',
    table,
    schema: item({
      callHash: string().key(),
      claimId: string(),
      fingerprint: string(),
      state: string().enum('claimed', 'acted', 'answered'),
      requestId: string(),
      answer: any().transform(jsonStringify()).castAs<KeptAnswer>().optional(),
      claimedUntilSeconds: number(),
      expiresAtSeconds: number(),
    }),
    computeKey: ({ callHash }: { callHash: string }) => ({ pk: callPartitions.call(callHash), sk: 'call' }),
  });

  return { callRecord };
}
