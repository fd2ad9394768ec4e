import { expect, it } from 'vitest';
import { sourceDatabases } from '../../../functions/steps/source-databases.ts';
import type { Database } from '../../../shared/domain/database.ts';
import type { Host } from '../../../shared/domain/host.ts';
import { aDatabase } from '../../builders/database.ts';
import { aHost } from '../../builders/host.ts';
import { aTask } from '../../builders/task.ts';
import { sourcePlanOf } from '../../../functions/steps/plan-of.ts';

const plan = sourcePlanOf(aTask());
const [source] = plan.sources;
if (source === undefined) throw new Error('a plan has a source');
const reported = aDatabase({ hostId: plan.sourceHostId, dbId: source.dbId, name: source.dbName });

const ask = (databases: readonly Database[], host: Host | undefined = aHost({ generation: reported.generation })) =>
  sourceDatabases(
    { getHost: () => Promise.resolve(host), listDatabases: () => Promise.resolve(databases) },
    { ...plan, sources: [source] },
  );

it.each([source.dbName, source.dbName.toUpperCase()])('finds a database by its id, under the name %s', async (name) => {
  expect(await ask([aDatabase({ dbId: 'another' }), { ...reported, name }])).toEqual([{ ...reported, name }]);
});

it.each([
  ['nothing', []],
  ['another database under its id', [{ ...reported, name: 'hr' }]],
  ['another id under its name', [{ ...reported, dbId: '4711' }]],
  ['what an earlier registration reported', [{ ...reported, generation: reported.generation - 1 }]],
])('does not take %s for it', async (_, databases) => {
  await expect(ask(databases)).rejects.toMatchObject({
    code: 'Refused',
    message: `database '${source.dbName}' is not on host '${plan.sourceHostId}' any more`,
  });
});
