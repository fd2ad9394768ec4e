import { DeleteTransaction } from 'dynamodb-toolbox/entity/actions/transactDelete';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { UpdateTransaction } from 'dynamodb-toolbox/entity/actions/transactUpdate';
import { $add, $delete, UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import { orphanId } from '../../domain/clone.ts';
import { clonePin } from '../../domain/snapshot.ts';
import type { CatalogStore } from '../../ports/store.ts';
import type { Entities } from './entities.ts';
import { conditional, transact } from './failures.ts';

/** Sets a clone apart whose id has come to another database. Repeatable from any point. */
export const orphanClone =
  (
    { clone, snapshot }: Pick<Entities, 'clone' | 'snapshot'>,
    getClone: CatalogStore['getClone'],
  ): CatalogStore['orphanClone'] =>
  async (stranded) => {
    const { hostId, dbId, snapshotId, requestId } = stranded;
    const orphan = { ...stranded, dbId: orphanId(stranded) };
    const exists = { condition: { attr: 'snapshotId', exists: true } } as const;
    // Before the row moves: at no moment does the snapshot look free.
    await conditional(() =>
      snapshot
        .build(UpdateItemCommand)
        .item({ snapshotId, pins: $add(new Set([clonePin(hostId, orphan.dbId)])) })
        .options(exists)
        .send(),
    );
    const { snapshotIds: taken, ...row } = orphan;
    const moved = await transact([
      clone
        .build(DeleteTransaction)
        .key({ hostId, dbId })
        .options({
          condition: {
            and: [
              { attr: 'requestId', eq: requestId },
              { attr: 'snapshotId', eq: snapshotId },
            ],
          },
        }),
      clone.build(PutTransaction).item(taken.size === 0 ? row : { ...row, snapshotIds: new Set(taken) }),
      snapshot
        .build(UpdateTransaction)
        .item({ snapshotId, pins: $delete(new Set([clonePin(hostId, dbId)])) })
        .options(exists),
    ]);
    // Forgotten, or refreshed, since it was read: there is no orphan that would need the pin, unless an earlier run made it.
    if (moved.written || (await getClone(hostId, orphan.dbId)) !== undefined) return;
    await conditional(() =>
      snapshot
        .build(UpdateItemCommand)
        .item({ snapshotId, pins: $delete(new Set([clonePin(hostId, orphan.dbId)])) })
        .options(exists)
        .send(),
    );
  };
