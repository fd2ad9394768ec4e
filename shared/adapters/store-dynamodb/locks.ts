import { DeleteItemCommand } from 'dynamodb-toolbox/entity/actions/delete';
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import type { Lock } from '../../domain/lock.ts';
import type { LockStore } from '../../ports/store.ts';
import type { Entities } from './entities.ts';
import { conditional } from './failures.ts';
import { Item } from './items.ts';

export function lockStore({ lock }: Entities): LockStore {
  const readLock = async (key: string): Promise<Lock | undefined> => {
    const found = await lock.build(GetItemCommand).key({ key }).options({ consistent: true }).send();
    return found.Item === undefined ? undefined : Item.lock(found.Item);
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
      const found = await Promise.all(keys.map(readLock));
      return found.flatMap((one) => (one === undefined ? [] : [one]));
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
