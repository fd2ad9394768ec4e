import { DeleteItemCommand } from 'dynamodb-toolbox/entity/actions/delete';
import { BatchGetRequest } from 'dynamodb-toolbox/entity/actions/batchGet';
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { DeleteTransaction } from 'dynamodb-toolbox/entity/actions/transactDelete';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import { BatchGetCommand, execute as executeBatchGet } from 'dynamodb-toolbox/table/actions/batchGet';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import type { HostStore } from '../../ports/store.ts';
import { arrayStands } from './arrays.ts';
import { transactAudited } from './audit.ts';
import { type Entities, partitions } from './entities.ts';
import { conditional, refusePart } from './failures.ts';
import { Item } from './items.ts';

export function hostStore(entities: Entities): HostStore {
  const { host, retiredQueue, table, token } = entities;

  return {
    async register(newHost, newToken, entry) {
      const outcome = await transactAudited(entities, entry, [
        host
          .build(PutTransaction)
          .item(newHost)
          .options({ condition: { attr: 'hostId', exists: false } }),
        token.build(PutTransaction).item(newToken),
        ...arrayStands(entities, newHost.sdpId),
      ]);
      if (outcome.written) return 'registered';
      return outcome.failed.includes(0) ? 'exists' : 'removing';
    },

    async unregister(hostId, entry) {
      const found = await host.build(GetItemCommand).key({ hostId }).options({ consistent: true }).send();
      if (found.Item === undefined) return undefined;
      const outcome = await transactAudited(entities, entry, [
        host
          .build(DeleteTransaction)
          .key({ hostId })
          .options({ condition: { attr: 'generation', eq: found.Item.generation } }),
        token.build(DeleteTransaction).key({ tokenHash: found.Item.tokenHash }),
        ...(found.Item.queueUrl === ''
          ? []
          : [retiredQueue.build(PutTransaction).item({ queueUrl: found.Item.queueUrl })]),
      ]);
      return outcome.written ? Item.host(found.Item) : undefined;
    },

    async getHost(hostId) {
      const found = await host.build(GetItemCommand).key({ hostId }).options({ consistent: true }).send();
      return found.Item === undefined ? undefined : Item.host(found.Item);
    },

    async getHosts(hostIds) {
      if (hostIds.length === 0) return [];
      const requests = hostIds.map((hostId) => host.build(BatchGetRequest).key({ hostId }));
      const answer = await executeBatchGet(
        { maxAttempts: 5 },
        table
          .build(BatchGetCommand)
          .requests(...requests)
          .options({ consistent: true }),
      );
      refusePart(answer);
      return answer.Responses[0].flatMap((one) => (one === undefined ? [] : [Item.host(one)]));
    },

    async listHosts() {
      const found = await table
        .build(QueryCommand)
        .entities(host)
        .query({ partition: partitions.hosts })
        .options({ consistent: true, maxPages: Infinity })
        .send();
      return (found.Items ?? []).map(Item.host);
    },

    recordHeartbeat: (hostId, generation, facts, nowSeconds) =>
      conditional(() =>
        host
          .build(UpdateItemCommand)
          .item({ hostId, ...facts, lastSeenSeconds: nowSeconds })
          .options({ condition: { attr: 'generation', eq: generation } })
          .send(),
      ),

    recordQueue: (hostId, generation, queueUrl) =>
      conditional(() =>
        host
          .build(UpdateItemCommand)
          .item({ hostId, queueUrl })
          .options({ condition: { attr: 'generation', eq: generation } })
          .send(),
      ),

    async retireQueue(queueUrl) {
      await retiredQueue.build(PutItemCommand).item({ queueUrl }).send();
    },

    async listRetiredQueues() {
      const found = await table
        .build(QueryCommand)
        .entities(retiredQueue)
        .query({ partition: partitions.retiredQueues })
        .options({ consistent: true, maxPages: Infinity })
        .send();
      return (found.Items ?? []).map((row) => row.queueUrl);
    },

    async forgetRetiredQueue(queueUrl) {
      await retiredQueue.build(DeleteItemCommand).key({ queueUrl }).send();
    },
  };
}
