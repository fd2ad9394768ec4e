import { beforeEach, expect, it } from 'vitest';
import { apiBed, type ApiBed } from './api-bed.ts';
import { callingHost, refusedCallers } from './callers.ts';
import { givenCommand, givenHost, hostToken } from './given.ts';
import { useDatabase } from './test-database.ts';
import { bodyOf, detailOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
  await givenHost(bed, callingHost);
});

const beat = (commandId: string, token: string = hostToken(callingHost)) =>
  ({ method: 'POST', path: `/api/agent/v1/commands/${commandId}/heartbeat`, token }) as const;

it.each([
  ['waits', true],
  ['waits no more', false],
])('says whether the flow %s', async (_, waiting) => {
  const command = await givenCommand(bed);
  if (!waiting) bed.flows.gone.add(command.token);
  const answer = await unchanged(bed, beat(command.commandId));
  expect(answer.status).toBe(200);
  expect(bodyOf('agent-command-heartbeat', answer)).toEqual({ waiting });
  expect(bed.flows.signals).toEqual([{ kind: 'heartbeat', token: command.token }]);
});

it.each([
  ['unknown', async () => Promise.resolve('unknown.freeze.effect-1.1')],
  ['without a task', async () => Promise.resolve('.')],
  ['of another host', async () => (await givenCommand(bed, { hostId: 'sqldev1' })).commandId],
])('is 404 for a command that is %s', async (_, given) => {
  const commandId = await given();
  const answer = await unchanged(bed, beat(commandId));
  expect(answer.status).toBe(404);
  expect(detailOf(answer)).toBe(`Command '${commandId}' not found`);
  expect(bed.flows.signals).toEqual([]);
});

it('is 422 for an id longer than any', async () => {
  expect((await unchanged(bed, beat('x'.repeat(257)))).status).toBe(422);
});

it.each(refusedCallers('host'))('refuses $caller', async ({ token }) => {
  const { commandId } = await givenCommand(bed);
  expect((await unchanged(bed, beat(commandId, token))).status).toBe(403);
});
