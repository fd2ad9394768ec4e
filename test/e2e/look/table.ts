/** The table's rows, read raw: what the store's own functions would not show is found too. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import type { Bed } from '../bed/bed.ts';

export type Row = Readonly<Record<string, unknown>>;

/** All rows, `_et` naming what each is. */
export async function allRows(table: Bed['table']): Promise<readonly Row[]> {
  const client = new DynamoDBClient(table.config);
  const documents = DynamoDBDocumentClient.from(client);
  const rows: Row[] = [];
  for await (const page of paginateScan({ client: documents }, { TableName: table.name, ConsistentRead: true })) {
    rows.push(...(page.Items ?? []));
  }
  client.destroy();
  return rows;
}

/** Rows that stand for something held, made or under way; histories (tasks, journals, audit) are no leftovers. */
const held = ['lock', 'openTask', 'clone', 'snapshot', 'database'] as const;

const pinsOf = ({ pins }: Row): readonly string[] => (pins instanceof Set ? [...pins].map(String).sort() : []);

/** One line per held row, the same for equal states. */
export async function heldRows(table: Bed['table']): Promise<readonly string[]> {
  const rows = await allRows(table);
  return rows
    .filter(({ _et: kind }) => held.some((one) => one === kind))
    .map((row) => {
      const owner = typeof row['exclusiveBy'] === 'string' ? row['exclusiveBy'] : '';
      return `${String(row['_et'])} ${String(row['pk'])} ${String(row['sk'])} ${pinsOf(row).join(',')} ${owner}`.trim();
    })
    .sort();
}

/** The row of a task: its state inside, which the Flex API does not show. */
export async function taskRow(table: Bed['table'], requestId: string): Promise<Row> {
  const row = (await allRows(table)).find((one) => one['_et'] === 'task' && one['requestId'] === requestId);
  if (row === undefined) throw new Error(`the table has no task ${requestId}`);
  return row;
}

/** Commands sent to agents for a task. */
export async function commandRows(table: Bed['table'], requestId: string): Promise<readonly Row[]> {
  return (await allRows(table)).filter((one) => one['_et'] === 'command' && one['requestId'] === requestId);
}
