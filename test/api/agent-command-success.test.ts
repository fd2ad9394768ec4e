import { beforeEach, describe, expect, it } from 'vitest';
import { apiBed, type ApiBed } from './api-bed.ts';
import { callingHost, refusedCallers } from './callers.ts';
import { givenCommand, givenHost, hostToken } from './given.ts';
import { useDatabase } from './test-database.ts';
import { detailOf, fieldsOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
  await givenHost(bed, callingHost);
});

const database = { id: '9', name: 'orders_dev', vendor: 'mssql', status: 'ONLINE', files: [], mount_points: [] };
const results = {
  freeze: { freeze_id: 'f1', databases: [{ id: '7', restore_point: '' }] },
  thaw: { freeze_id: 'f1', held: true, reason: '' },
  attach: { database },
  detach: { detached: true },
  rescan: {},
  inventory: {},
} as const;
const success = (commandId: string, body: unknown, token: string = hostToken(callingHost)) =>
  ({ method: 'POST', path: `/api/agent/v1/commands/${commandId}/success`, token, body }) as const;

it.each([
  ['freeze', 'do', 'done'],
  ['attach', 'do', 'done'],
  ['detach', 'do', 'done'],
  ['thaw', 'do', 'undone'],
  ['thaw', 'undo', 'undone'],
  ['detach', 'undo', 'undone'],
  ['rescan', 'do', 'done'],
  ['inventory', 'do', 'done'],
] as const)('of a %s to %s: the effect is %s, then the flow goes on', async (kind, purpose, state) => {
  const command = await givenCommand(bed, { kind, purpose });
  const result = results[kind];
  expect(await bed.send(success(command.commandId, { result }))).toMatchObject({ status: 204, text: '' });
  const effect = await bed.store.getEffect(command.requestId, command.effectId);
  expect(effect).toMatchObject({ state, outcome: state === 'done' ? result : {} });
  expect(await bed.store.getCommand(command.requestId, command.commandId)).toMatchObject({ state: 'done' });
  expect(bed.flows.signals).toEqual([{ kind: 'succeed', token: command.token }]);
});

it('repeated, changes nothing and is 204 again', async () => {
  const { commandId } = await givenCommand(bed);
  await bed.send(success(commandId, { result: results.freeze }));
  expect((await unchanged(bed, success(commandId, { result: results.freeze }))).status).toBe(204);
});

it('is 204 also when the flow waits no more', async () => {
  const command = await givenCommand(bed);
  bed.flows.gone.add(command.token);
  expect((await bed.send(success(command.commandId, { result: results.freeze }))).status).toBe(204);
});

it('that comes after the undo does not bring the effect back', async () => {
  const { requestId, effectId, commandId } = await givenCommand(bed);
  await bed.store.markUndone(requestId, effectId);
  await bed.send(success(commandId, { result: results.freeze }));
  expect(await bed.store.getEffect(requestId, effectId)).toMatchObject({ state: 'undone' });
});

it.each([
  ['the agent was restarted', 'the agent was restarted'],
  ['', 'the freeze was not held'],
])('of a thaw whose freeze was not held fails the step: %s', async (reason, cause) => {
  const command = await givenCommand(bed, { kind: 'thaw' });
  await bed.send(success(command.commandId, { result: { freeze_id: 'f1', held: false, reason } }));
  expect(bed.flows.signals).toEqual([{ kind: 'fail', token: command.token, error: 'FreezeLapsed', cause }]);
});

it('of a thaw that undoes does not mind whether the freeze was held', async () => {
  const command = await givenCommand(bed, { kind: 'thaw', purpose: 'undo' });
  await bed.send(success(command.commandId, { result: { freeze_id: 'f1', held: false, reason: 'lapsed' } }));
  expect(bed.flows.signals).toEqual([{ kind: 'succeed', token: command.token }]);
});

it('takes the inventory over before the flow goes on', async () => {
  const { commandId } = await givenCommand(bed, { kind: 'attach' });
  let listed: readonly unknown[] = [];
  const racing = await apiBed(bed.table, {
    wrapStore: (store) => ({
      ...store,
      async settleCommand(...given) {
        listed = await store.listDatabases(callingHost);
        await store.settleCommand(...given);
      },
    }),
  });
  const inventory = { sequence: 1, chunk: 0, chunks: 1, databases: [database] };
  await racing.send(success(commandId, { result: results.attach, inventory }));
  expect(listed).toMatchObject([{ dbId: '9', name: 'orders_dev' }]);
});

describe('is 404 and changes nothing for a command that is', () => {
  it('unknown', async () => {
    const answer = await unchanged(bed, success('unknown', { result: {} }));
    expect(answer.status).toBe(404);
    expect(detailOf(answer)).toBe("Command 'unknown' not found");
  });

  it('of another host, also with an inventory on it', async () => {
    const { commandId } = await givenCommand(bed, { hostId: 'sqldev1' });
    const inventory = { sequence: 1, chunk: 0, chunks: 1, databases: [database] };
    expect((await unchanged(bed, success(commandId, { result: results.freeze, inventory }))).status).toBe(404);
    expect(bed.flows.signals).toEqual([]);
  });
});

describe('bad input changes nothing', () => {
  it.each([
    ['freeze', { freeze_id: 'f1' }, 'body.result.databases'],
    ['thaw', {}, 'body.result.held'],
    ['thaw', { freeze_id: 'f1', held: 'yes', reason: '' }, 'body.result.held'],
    ['attach', { database: { ...database, id: 'x' } }, 'body.result.database.id'],
    ['detach', {}, 'body.result.detached'],
  ] as const)('a %s with the result %j', async (kind, result, field) => {
    const { commandId } = await givenCommand(bed, { kind });
    const inventory = { sequence: 1, chunk: 0, chunks: 1, databases: [database] };
    const answer = await unchanged(bed, success(commandId, { result, inventory }));
    expect(answer.status).toBe(422);
    expect(fieldsOf(answer)).toContain(field);
    expect(bed.flows.signals).toEqual([]);
  });

  it.each([
    ['no body', undefined, 'body.result'],
    ['a list for the result', { result: [] }, 'body.result'],
    ['a bad inventory', { result: results.freeze, inventory: { sequence: 'a' } }, 'body.inventory.sequence'],
  ])('%s', async (_, body, field) => {
    const { commandId } = await givenCommand(bed);
    const answer = await unchanged(bed, success(commandId, body));
    expect(answer.status).toBe(422);
    expect(fieldsOf(answer)).toContain(field);
  });

  it.each(refusedCallers('host'))('$caller', async ({ token }) => {
    const { commandId } = await givenCommand(bed);
    expect((await unchanged(bed, success(commandId, { result: {} }, token))).status).toBe(403);
  });
});
