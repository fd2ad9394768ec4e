import { BatchGetRequest } from 'dynamodb-toolbox/entity/actions/batchGet';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { $add, $remove, UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import { BatchGetCommand, execute as executeBatchGet } from 'dynamodb-toolbox/table/actions/batchGet';
import { createHash } from 'node:crypto';
import { DomainError } from '../../domain/errors.ts';
import {
  type BrakeKey,
  type BrakeMark,
  brakeRules,
  type KnownPlace,
  lastMarkWithAttempt,
} from '../../domain/login-brake.ts';
import type { LoginBrakeStore } from '../../ports/access-store.ts';
import type { Entities } from './entities.ts';
import { conditional, refusePart } from './failures.ts';
import { Item } from './items.ts';

/** Names that strangers send are hashed: any length fits, and what was typed into the wrong field is not kept. */
const brakeIdOf = ({ kind, name }: BrakeKey): string =>
  `${kind}#${createHash('sha256').update(name).digest('base64url')}`;

const instant = 'expiresAtSeconds';
const noBucket = 'who is known somewhere has no bucket';

/** Part of the transaction that shows who the user is. */
export const knownItem = ({ loginBrake }: Pick<Entities, 'loginBrake'>, { key, epoch, untilSeconds }: KnownPlace) =>
  loginBrake.build(PutTransaction).item({ brakeId: brakeIdOf(key), expiresAtSeconds: untilSeconds, epoch });

export function loginBrakeStore({ loginBrake, table, user }: Entities): LoginBrakeStore {
  return {
    async readBrakes<const KEYS extends readonly BrakeKey[]>(keys: KEYS, userName: string | null) {
      const brakes = keys.map((key) => loginBrake.build(BatchGetRequest).key({ brakeId: brakeIdOf(key) }));
      const named = userName === null ? [] : [user.build(BatchGetRequest).key({ name: userName })];
      const answer = await executeBatchGet(
        { maxAttempts: 5 },
        table
          .build(BatchGetCommand)
          .requests(...brakes, ...named)
          .options({ consistent: true }),
      );
      refusePart(answer);
      const rows = answer.Responses[0];
      const marks = keys.map((key, index): BrakeMark => {
        const row = rows[index];
        const {
          expiresAtSeconds = 0,
          isNoted = false,
          epoch = null,
        } = row !== undefined && 'brakeId' in row ? row : {};
        return { key, untilSeconds: expiresAtSeconds, isNoted, epoch };
      });
      const found = rows[keys.length];
      return {
        // One mark per key: mapping a tuple forgets its length.
        marks: marks as { readonly [INDEX in keyof KEYS]: BrakeMark },
        user: found !== undefined && 'passwordHash' in found ? Item.user(found) : undefined,
      };
    },

    async takeAttempt({ key, untilSeconds }, nowSeconds) {
      if (key.kind === 'known') throw new DomainError('Internal', noBucket);
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

    async giveBackAttempt(key, nowSeconds) {
      if (key.kind === 'known') throw new DomainError('Internal', noBucket);
      const { secondsPerAttempt } = brakeRules[key.kind];
      await conditional(() =>
        loginBrake
          .build(UpdateItemCommand)
          .item({ brakeId: brakeIdOf(key), expiresAtSeconds: $add(-secondsPerAttempt) })
          .options({ condition: { attr: instant, gt: nowSeconds } })
          .send(),
      );
    },
  };
}
