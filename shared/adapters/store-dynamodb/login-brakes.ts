import { BatchGetRequest } from 'dynamodb-toolbox/entity/actions/batchGet';
import { DeleteTransaction } from 'dynamodb-toolbox/entity/actions/transactDelete';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { $add, $remove, UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import { BatchGetCommand, execute as executeBatchGet } from 'dynamodb-toolbox/table/actions/batchGet';
import { createHash } from 'node:crypto';
import { DomainError } from '../../domain/errors.ts';
import { type BrakeKey, type BrakeMark, brakeRules, lastMarkWithAttempt } from '../../domain/login-brake.ts';
import type { LoginBrakeStore } from '../../ports/access-store.ts';
import type { Entities } from './entities.ts';
import { conditional, refusePart, transact } from './failures.ts';

/** Names that strangers send are hashed: any length fits, and what was typed into the wrong field is not kept. */
const brakeIdOf = ({ kind, name }: BrakeKey): string =>
  `${kind}#${createHash('sha256').update(name).digest('base64url')}`;

const instant = 'expiresAtSeconds';

export function loginBrakeStore({ loginBrake, table }: Entities): LoginBrakeStore {
  return {
    async readBrakes<const KEYS extends readonly BrakeKey[]>(keys: KEYS) {
      const requests = keys.map((key) => loginBrake.build(BatchGetRequest).key({ brakeId: brakeIdOf(key) }));
      const answer = await executeBatchGet(
        { maxAttempts: 5 },
        table
          .build(BatchGetCommand)
          .requests(...requests)
          .options({ consistent: true }),
      );
      refusePart(answer);
      const marks = keys.map((key, index): BrakeMark => {
        const row = answer.Responses[0][index];
        return { key, untilSeconds: row?.expiresAtSeconds ?? 0, isNoted: row?.isNoted ?? false };
      });
      // One mark per key: mapping a tuple forgets its length.
      return marks as { readonly [INDEX in keyof KEYS]: BrakeMark };
    },

    async takeAttempt({ key, untilSeconds }, nowSeconds) {
      if (key.kind === 'known') throw new DomainError('Internal', 'who is known somewhere has no bucket');
      const brakeId = brakeIdOf(key);
      const rule = brakeRules[key.kind];
      const fromPart = () =>
        conditional(() =>
          loginBrake
            .build(UpdateItemCommand)
            .item({ brakeId, expiresAtSeconds: $add(rule.secondsPerAttempt), isNoted: $remove() })
            .options({
              condition: {
                and: [
                  { attr: instant, gt: nowSeconds },
                  { attr: instant, lte: lastMarkWithAttempt(rule, nowSeconds) },
                ],
              },
            })
            .send(),
        );
      const fromFull = () =>
        conditional(() =>
          loginBrake
            .build(UpdateItemCommand)
            .item({ brakeId, expiresAtSeconds: nowSeconds + rule.secondsPerAttempt, isNoted: $remove() })
            .options({
              condition: {
                or: [
                  { attr: instant, exists: false },
                  { attr: instant, lte: nowSeconds },
                ],
              },
            })
            .send(),
        );
      // What was read says which of the two is likely; each is one atomic write, so that many at once all count.
      return untilSeconds > nowSeconds
        ? (await fromPart()) || (await fromFull())
        : (await fromFull()) || (await fromPart());
    },

    noteEmpty: ({ key, untilSeconds }) =>
      conditional(() =>
        loginBrake
          .build(UpdateItemCommand)
          .item({ brakeId: brakeIdOf(key), isNoted: true })
          .options({
            condition: {
              and: [
                { attr: instant, eq: untilSeconds },
                { attr: 'isNoted', exists: false },
              ],
            },
          })
          .send(),
      ),

    async welcome(failed, known, untilSeconds) {
      await transact([
        loginBrake.build(DeleteTransaction).key({ brakeId: brakeIdOf(failed) }),
        loginBrake.build(PutTransaction).item({ brakeId: brakeIdOf(known), expiresAtSeconds: untilSeconds }),
      ]);
    },
  };
}
