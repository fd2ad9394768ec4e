import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import type { CallClaim } from '../../domain/call-record.ts';
import type { CallStore } from '../../ports/call-store.ts';
import type { Entities } from './entities.ts';
import { conditional } from './failures.ts';
import { Item } from './items.ts';

const isTheirs = (claimId: string) => ({ attr: 'claimId' as const, eq: claimId });

/** Time to live deletes late: what expired counts as gone. */
const mayReplace = ({ replaces, atSeconds }: CallClaim) =>
  replaces === null
    ? {
        or: [
          { attr: 'callHash' as const, exists: false },
          { attr: 'expiresAtSeconds' as const, lte: atSeconds },
        ],
      }
    : isTheirs(replaces);

/** Notes the effect of a call, as an item of the transaction that writes the effect. */
export function actedItem({ callRecord }: Pick<Entities, 'callRecord'>, claim: CallClaim, requestId: string) {
  const { answer, ...row } = claim.record;
  return callRecord
    .build(PutTransaction)
    .item({ ...row, state: 'acted', requestId })
    .options({ condition: mayReplace(claim) });
}

export function callStore({ callRecord }: Entities): CallStore {
  return {
    async getCallRecord(callHash, nowSeconds) {
      const { Item: row } = await callRecord
        .build(GetItemCommand)
        .key({ callHash })
        .options({ consistent: true })
        .send();
      return row === undefined || row.expiresAtSeconds <= nowSeconds ? undefined : Item.callRecord(row);
    },

    claimCall(claim) {
      const { answer, ...row } = claim.record;
      const condition = mayReplace(claim);
      // Whose place it takes may have acted since it was looked at, by a transaction that was in doubt: then it stays.
      const hasNotActed = { attr: 'state' as const, eq: 'claimed' as const };
      return conditional(() =>
        callRecord
          .build(PutItemCommand)
          .item(row)
          .options({ condition: claim.replaces === null ? condition : { and: [condition, hasNotActed] } })
          .send(),
      );
    },

    async keepAnswer({ callHash, claimId }, answer) {
      await conditional(() =>
        callRecord
          .build(UpdateItemCommand)
          .item({ callHash, state: 'answered', ...(answer === null ? {} : { answer }) })
          .options({ condition: isTheirs(claimId) })
          .send(),
      );
    },

    async endClaim({ callHash, claimId }) {
      await conditional(() =>
        callRecord
          .build(UpdateItemCommand)
          .item({ callHash, claimedUntilSeconds: 0 })
          .options({ condition: isTheirs(claimId) })
          .send(),
      );
    },
  };
}
