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

const error = { code: 'DB_NOT_FOUND', message: 'no database 7' } as const;
const failure = (commandId: string, body: unknown = { error }, token: string = hostToken(callingHost)) =>
  ({ method: 'POST', path: `/api/agent/v1/commands/${commandId}/failure`, token, body }) as const;

it.each([
  ['freeze', 'do', 'undone'],
  ['attach', 'do', 'intended'],
  ['thaw', 'undo', 'intended'],
  ['detach', 'undo', 'intended'],
] as const)('of a %s to %s: the effect is %s, and the step fails', async (kind, purpose, state) => {
  const command = await givenCommand(bed, { kind, purpose });
  expect(await bed.send(failure(command.commandId))).toMatchObject({ status: 204, text: '' });
  expect(await bed.store.getEffect(command.requestId, command.effectId)).toMatchObject({ state });
  expect(await bed.store.getCommand(command.requestId, command.commandId)).toMatchObject({ state: 'failed' });
  expect(bed.flows.signals).toEqual([
    {
      kind: 'fail',
      token: command.token,
      error: 'AgentFailed',
      cause: `host '${callingHost}' could not ${kind}: no database 7 (DB_NOT_FOUND)`,
    },
  ]);
});

it('repeated, changes nothing and is 204 again', async () => {
  const { commandId } = await givenCommand(bed);
  await bed.send(failure(commandId));
  expect((await unchanged(bed, failure(commandId))).status).toBe(204);
});

it('takes the inventory over that rides on it', async () => {
  const { commandId } = await givenCommand(bed);
  const database = { id: '9', name: 'orders', vendor: 'mssql', status: 'ONLINE', files: [], mount_points: [] };
  await bed.send(failure(commandId, { error, inventory: { sequence: 1, chunk: 0, chunks: 1, databases: [database] } }));
  expect(await bed.store.listDatabases(callingHost)).toMatchObject([{ dbId: '9' }]);
});

it('cuts a long cause', async () => {
  const { commandId } = await givenCommand(bed);
  await bed.send(failure(commandId, { error: { ...error, message: 'x'.repeat(2000) } }));
  expect(bed.flows.signals[0]?.cause).toHaveLength(2000);
});

it.each([
  ['unknown', () => Promise.resolve('unknown')],
  ['of another host', async () => (await givenCommand(bed, { hostId: 'sqldev1' })).commandId],
])('is 404 and changes nothing for a command that is %s', async (_, given) => {
  const commandId = await given();
  const answer = await unchanged(bed, failure(commandId));
  expect(answer.status).toBe(404);
  expect(detailOf(answer)).toBe(`Command '${commandId}' not found`);
  expect(bed.flows.signals).toEqual([]);
});

describe('bad input changes nothing', () => {
  it.each([
    ['no body', {}, 'body.error'],
    ['a code nobody knows', { error: { ...error, code: 'OOPS' } }, 'body.error.code'],
    ['a message longer than any', { error: { ...error, message: 'x'.repeat(2001) } }, 'body.error.message'],
  ])('%s', async (_, body, field) => {
    const { commandId } = await givenCommand(bed);
    const answer = await unchanged(bed, failure(commandId, body));
    expect(answer.status).toBe(422);
    expect(fieldsOf(answer)).toContain(field);
  });

  it.each(refusedCallers('host'))('$caller', async ({ token }) => {
    const { commandId } = await givenCommand(bed);
    expect((await unchanged(bed, failure(commandId, { error }, token))).status).toBe(403);
  });
});
