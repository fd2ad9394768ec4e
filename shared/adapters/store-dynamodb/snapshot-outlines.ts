/**
 * What the topology shows of all snapshots. The entity library takes longer to format 20,000 rows than the database to read
 * them, so it makes the question only, and the answer is checked here.
 */
import { QueryCommand as PlainQuery } from '@aws-sdk/lib-dynamodb';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import * as z from 'zod/mini';
import type { SnapshotOutline } from '../../domain/snapshot.ts';
import { readFromBothEnds } from './both-ends.ts';
import { type Entities, partitions } from './entities.ts';

/** Less than an answer of 1 MB holds: the embedded database works a third less, and the two ends read less twice. */
const rowsOfPage = 1000;

const always = { hostId: z.string(), takenAtSeconds: z.number(), consistencyLevel: z.enum(['application', 'crash']) };
const Outline = z.object({ ...always, dbIds: z.array(z.string()) });
/** Rows written before there was an outline have its parts as attributes of their own. */
const EarlierRow = z.object({ ...always, databases: z.array(z.object({ dbId: z.string() })) });

const Row = z.looseObject({
  snapshotId: z.string(),
  state: z.enum(['pending', 'available']),
  pins: z.optional(z.set(z.string())),
  exclusiveBy: z.optional(z.string()),
  outline: z.optional(z.string()),
});
const Page = z.object({ Items: z.array(Row), LastEvaluatedKey: z.optional(z.record(z.string(), z.unknown())) });

function outlineOf(row: z.infer<typeof Row>): SnapshotOutline {
  const { snapshotId, pins = new Set(), exclusiveBy = '' } = row;
  if (row.outline === undefined) return { ...EarlierRow.parse(row), snapshotId, pins, exclusiveBy };
  const { hostId, dbIds, takenAtSeconds, consistencyLevel } = Outline.parse(JSON.parse(row.outline));
  const databases = dbIds.map((dbId) => ({ dbId }));
  return { snapshotId, hostId, databases, takenAtSeconds, consistencyLevel, pins, exclusiveBy };
}

const attributes = [
  ...(['snapshotId', 'state', 'pins', 'exclusiveBy', 'outline'] as const),
  ...(['hostId', 'takenAtSeconds', 'consistencyLevel', 'databases'] as const),
];

/** Those of the available snapshots, by id. Throws when a row is not as a snapshot's is written. */
export async function readSnapshotOutlines({ snapshot, table }: Entities): Promise<readonly SnapshotOutline[]> {
  const rows = await readFromBothEnds(
    async (isReverse, from) => {
      const query = table
        .build(QueryCommand)
        .entities(snapshot)
        .query({ partition: partitions.snapshots })
        .options({
          consistent: true,
          reverse: isReverse,
          limit: rowsOfPage,
          attributes: [...attributes],
          ...(from === undefined ? {} : { exclusiveStartKey: from }),
        });
      const page = Page.parse(await table.getDocumentClient().send(new PlainQuery(query.params())));
      return { rows: page.Items, next: page.LastEvaluatedKey };
    },
    (row) => row.snapshotId,
  );
  return rows.filter((row) => row.state === 'available').map(outlineOf);
}
