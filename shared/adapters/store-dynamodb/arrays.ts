import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { ConditionCheck } from 'dynamodb-toolbox/entity/actions/transactCheck';
import { DeleteTransaction } from 'dynamodb-toolbox/entity/actions/transactDelete';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { UpdateTransaction } from 'dynamodb-toolbox/entity/actions/transactUpdate';
import { $remove, UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import type { RegisteredArray } from '../../domain/array.ts';
import type { ArrayStore } from '../../ports/store.ts';
import { auditItem } from './audit.ts';
import { type Entities, partitions } from './entities.ts';
import { conditional, transact } from './failures.ts';
import { Item } from './items.ts';

/** Holds for an array without a row too: the deployment's own. */
const isNotBeingRemoved = { attr: 'removalId', exists: false } as const;

/** Part of whatever transaction begins something new on the array; nothing where no array is named. */
export const arrayStands = ({ array }: Pick<Entities, 'array'>, sdpId: string) =>
  sdpId === '' ? [] : [array.build(ConditionCheck).key({ sdpId }).condition(isNotBeingRemoved)];

export function arrayStore({ array, audit, deploymentArray, table }: Entities): ArrayStore {
  const getArray: ArrayStore['getArray'] = async (sdpId) => {
    const found = await array.build(GetItemCommand).key({ sdpId }).options({ consistent: true }).send();
    return found.Item === undefined ? undefined : Item.array(found.Item);
  };

  return {
    getArray,

    async registerArray({ removalId, removingSinceSeconds, ...row }, entry) {
      const outcome = await transact([
        array
          .build(PutTransaction)
          .item(row)
          .options({ condition: { attr: 'sdpId', exists: false } }),
        audit.build(PutTransaction).item(auditItem(entry)),
      ]);
      return outcome.written ? 'registered' : 'exists';
    },

    async listArrays() {
      const found = await table
        .build(QueryCommand)
        .entities(array)
        .query({ partition: partitions.arrays })
        .options({ consistent: true, maxPages: Infinity })
        .send();
      return (found.Items ?? []).map(Item.array);
    },

    async changeArray({ sdpId, name, url, secretId, trust, version }, entry) {
      const outcome = await transact([
        array
          .build(UpdateTransaction)
          .item({ sdpId, name, url, secretId, trust, version })
          .options({ condition: { and: [{ attr: 'version', eq: version - 1 }, isNotBeingRemoved] } }),
        audit.build(PutTransaction).item(auditItem(entry)),
      ]);
      return outcome.written;
    },

    async beginRemoval(sdpId, removalId, nowSeconds) {
      let marked: RegisteredArray | undefined;
      await conditional(async () => {
        const updated = await array
          .build(UpdateItemCommand)
          .item({ sdpId, removalId, removingSinceSeconds: nowSeconds })
          .options({ condition: { attr: 'sdpId', exists: true }, returnValues: 'ALL_NEW' })
          .send();
        if (updated.Attributes !== undefined) marked = Item.array(updated.Attributes);
      });
      return marked;
    },

    async endRemoval(sdpId, removalId) {
      await conditional(() =>
        array
          .build(UpdateItemCommand)
          .item({ sdpId, removalId: $remove(), removingSinceSeconds: $remove() })
          .options({ condition: { attr: 'removalId', eq: removalId } })
          .send(),
      );
    },

    async forgetArray(sdpId, removalId, entry) {
      const outcome = await transact([
        array
          .build(DeleteTransaction)
          .key({ sdpId })
          .options({ condition: { attr: 'removalId', eq: removalId } }),
        audit.build(PutTransaction).item(auditItem(entry)),
      ]);
      return outcome.written;
    },

    async getDeploymentArray(url) {
      const found = await deploymentArray.build(GetItemCommand).key({ url }).options({ consistent: true }).send();
      return found.Item === undefined ? undefined : { sdpId: found.Item.sdpId, name: found.Item.name };
    },

    async rememberDeploymentArray(url, { sdpId, name }) {
      await deploymentArray.build(PutItemCommand).item({ url, sdpId, name }).send();
    },
  };
}
