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
import { transactAudited } from './audit.ts';
import { type Entities, partitions } from './entities.ts';
import { conditional } from './failures.ts';
import { Item } from './items.ts';

/** Holds for an array without a row too: the deployment's own. */
const isNotBeingRemoved = { attr: 'removalId', exists: false } as const;

/** In place of a URL: the array that was remembered first. */
const first = 'first';

/** Part of whatever transaction begins something new on the array; nothing where no array is named. */
export const arrayStands = ({ array }: Pick<Entities, 'array'>, sdpId: string) =>
  sdpId === '' ? [] : [array.build(ConditionCheck).key({ sdpId }).condition(isNotBeingRemoved)];

export function arrayStore(entities: Entities): ArrayStore {
  const { array, deploymentArray, table } = entities;

  const getArray: ArrayStore['getArray'] = async (sdpId) => {
    const found = await array.build(GetItemCommand).key({ sdpId }).options({ consistent: true }).send();
    return found.Item === undefined ? undefined : Item.array(found.Item);
  };

  const getDeploymentArray: ArrayStore['getDeploymentArray'] = async (url) => {
    const found = await deploymentArray.build(GetItemCommand).key({ url }).options({ consistent: true }).send();
    return found.Item === undefined ? undefined : { sdpId: found.Item.sdpId, name: found.Item.name };
  };

  return {
    getArray,

    async registerArray({ removalId, removingSinceSeconds, ...row }, entry) {
      const outcome = await transactAudited(entities, entry, [
        array
          .build(PutTransaction)
          .item(row)
          .options({ condition: { attr: 'sdpId', exists: false } }),
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
      const outcome = await transactAudited(entities, entry, [
        array
          .build(UpdateTransaction)
          .item({ sdpId, name, url, secretId, trust, version })
          .options({ condition: { and: [{ attr: 'version', eq: version - 1 }, isNotBeingRemoved] } }),
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
      const outcome = await transactAudited(entities, entry, [
        array
          .build(DeleteTransaction)
          .key({ sdpId })
          .options({ condition: { attr: 'removalId', eq: removalId } }),
      ]);
      return outcome.written;
    },

    getDeploymentArray,

    async listDeploymentArrays() {
      const found = await table
        .build(QueryCommand)
        .entities(deploymentArray)
        .query({ partition: partitions.deploymentArrays })
        .options({ consistent: true, maxPages: Infinity })
        .send();
      return (found.Items ?? []).map(({ sdpId, name }) => ({ sdpId, name }));
    },

    async getUnnamedArray() {
      return (await getDeploymentArray(first))?.sdpId;
    },

    async rememberDeploymentArray(url, { sdpId, name }) {
      const before = (await getDeploymentArray(url)) ?? { sdpId, name };
      await conditional(() =>
        deploymentArray
          .build(PutItemCommand)
          .item({ url: first, ...before })
          .options({ condition: { attr: 'url', exists: false } })
          .send(),
      );
      await deploymentArray.build(PutItemCommand).item({ url, sdpId, name }).send();
    },
  };
}
