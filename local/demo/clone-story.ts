/** The first half of the demo: one database is loaded, cloned while it is written to, compared, and written to itself. */
import { load } from './data-set.ts';
import { destination, source } from './demo-hosts.ts';
import { clone, cloneRequest, isolate, query, refuseUnlikeSource, type TakenSnapshot, validate } from './demo-steps.ts';
import { inSession } from './copy-steps.ts';
import type { SqlSession } from './sql-session.ts';
import type { Stage } from './stage.ts';
import { count, type Telling } from './telling.ts';

export async function loadSource(tell: Telling, from: SqlSession): Promise<void> {
  let loaded = 0;
  await tell.step({
    name: 'load',
    doing: () => `loading ${count(loaded)} of ${count(tell.rows)} orders`,
    work: () => load(from, tell.rows, (sofar) => (loaded = sofar)),
    said: () => [`${count(tell.rows)} orders into ${source.database} on ${source.hostId}`],
  });
}

async function compare(tell: Telling, from: SqlSession, copy: SqlSession, acknowledged: number) {
  return tell.step({
    name: 'query',
    doing: () => 'comparing the clone with its source by SQL',
    work: async () => {
      const found = await query(from, copy, tell.rows, acknowledged);
      Object.assign(tell.findings, { rows: found.rows, checksum_source: found.source, checksum_clone: found.clone });
      refuseUnlikeSource(found);
      return found;
    },
    said: ({ rows, highest, clone: sum }) => [
      `${count(rows)} orders and the writer's rows 1 to ${count(highest)} are in the clone`,
      `(${count(acknowledged)} were acknowledged before the freeze); both sides: ${sum}`,
    ],
  });
}

/** What was taken for the clone, which stays. */
export async function cloneOnce(tell: Telling, stage: Stage): Promise<TakenSnapshot> {
  const { api, from, writer } = stage;
  const request = await cloneRequest(api);
  const { hostId, database } = destination;
  await tell.step({
    name: 'validate',
    doing: () => 'validating',
    work: () => validate(api, request),
    said: () => ['the API has no objection'],
  });
  const made = await tell.step({
    name: 'clone',
    doing: () => `cloning to ${hostId}; the writer is at row ${count(writer.acknowledged())}`,
    work: () => clone(stage, request),
    said: () => [`${database} on ${hostId}, while a writer kept committing to the source`],
  });
  await inSession(stage, destination, async (copy) => {
    const found = await compare(tell, from, copy, made.acknowledged);
    await tell.step({
      name: 'isolate',
      doing: () => 'writing to both sides',
      work: () => isolate(from, copy, found),
      said: () => ['writes to the source did not move the clone, nor the reverse'],
    });
  });
  return made;
}
