import { BatchGetRequest } from 'dynamodb-toolbox/entity/actions/batchGet';
import { DeleteItemCommand } from 'dynamodb-toolbox/entity/actions/delete';
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { BatchGetCommand, execute as executeBatchGet } from 'dynamodb-toolbox/table/actions/batchGet';
import type { Lock } from '../../domain/lock.ts';
import type { LockStore } from '../../ports/store.ts';
import type { Entities } from './entities.ts';
import { conditional, refusePart } from './failures.ts';
import { Item } from './items.ts';

/** DynamoDB's limit for one batch read. */
const maxBatchKeys = 100;

export function lockStore({ lock, table }: Entities): LockStore {
  const readLock = async (key: string): Promise<Lock | undefined> => {
    const found = await lock.build(GetItemCommand).key({ key }).options({ consistent: true }).send();
    return found.Item === undefined ? undefined : Item.lock(found.Item);
  };

  const readBatch = async (keys: readonly string[]): Promise<readonly Lock[]> => {
    const requests = keys.map((key) => lock.build(BatchGetRequest).key({ key }));
    const answer = await executeBatchGet(
      { maxAttempts: 5 },
      table
        .build(BatchGetCommand)
        .requests(...requests)
        .options({ consistent: true }),
    );
    refusePart(answer);
    return answer.Responses[0].flatMap((one) => (one === undefined ? [] : [Item.lock(one)]));
  };

  /** A row that was removed and made again starts at the same version: the holder tells the two apart. */
  const unchangedSince = (read: Lock) => ({
    and: [
      { attr: 'version' as const, eq: read.version },
      { attr: 'owner' as const, eq: read.owner },
      { attr: 'attempt' as const, eq: read.attempt },
      { attr: 'heldSinceSeconds' as const, eq: read.heldSinceSeconds },
    ],
  });

  return {
    readLock,

    async readLocks(keys) {
      const chunks = Array.from({ length: Math.ceil(keys.length / maxBatchKeys) }, (_, index) =>
        keys.slice(index * maxBatchKeys, (index + 1) * maxBatchKeys),
      );
      return (await Promise.all(chunks.map(readBatch))).flat();
    },

    writeLock: (next, read) =>
      conditional(() =>
        lock
          .build(PutItemCommand)
          .item({ ...next, waiters: [...next.waiters] })
          .options({
            condition: read === undefined ? { attr: 'key', exists: false } : unchangedSince(read),
          })
          .send(),
      ),

    removeLock: (read) =>
      conditional(() =>
        lock
          .build(DeleteItemCommand)
          .key({ key: read.key })
          .options({ condition: unchangedSince(read) })
          .send(),
      ),
  };
}
