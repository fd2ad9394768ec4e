/**
 * No emulator lags by itself. Between a client and its table: a read that DynamoDB may answer from the past is answered
 * from it, every time. In that past each row is as it was before its last write: a new row is missing, a changed one is the
 * old one, a deleted one is still there. A second table holds it.
 */
import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  type DynamoDBClient,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { z } from 'zod';
import { createProductTable } from './product-table.ts';

type Handle = NodeHttpHandler['handle'];
type Request = Parameters<Handle>[0];
type Row = Record<string, AttributeValue>;
type SentBody = Readonly<Record<string, unknown>>;

export const operationOf = (request: Request): string => (request.headers['x-amz-target'] ?? '').split('.')[1] ?? '';
export const bodyOf = (request: Request): SentBody =>
  z.record(z.string(), z.unknown()).parse(JSON.parse(new TextDecoder().decode(request.body as Uint8Array)));

const OneRead = z.object({ ConsistentRead: z.boolean().optional(), IndexName: z.string().optional() });
const BatchRead = z.object({ RequestItems: z.record(z.string(), OneRead.loose()) });

/** An index over the whole table is never read consistently. */
const lags = (read: unknown): boolean => {
  const { ConsistentRead, IndexName } = OneRead.parse(read);
  return ConsistentRead !== true || IndexName !== undefined;
};

/** Throws for a Scan, which no path of the product may make, and for what it does not know. */
export function mayLag(operation: string, body: SentBody): boolean {
  switch (operation) {
    case 'GetItem':
    case 'Query':
      return lags(body);
    case 'BatchGetItem':
      return Object.values(BatchRead.parse(body).RequestItems).some(lags);
    case 'TransactGetItems':
      return false;
    default:
      throw new Error(`the product does not read by ${operation}`);
  }
}

const Key = z.object({ pk: z.object({ S: z.string() }), sk: z.object({ S: z.string() }) });
type Key = z.infer<typeof Key>;
const Keyed = z.object({ Key });
const Written = z.object({ Item: Key });
const writeKeys: Readonly<Record<string, (body: SentBody) => readonly Key[]>> = {
  PutItem: (body) => [Written.parse(body).Item],
  UpdateItem: (body) => [Keyed.parse(body).Key],
  DeleteItem: (body) => [Keyed.parse(body).Key],
  TransactWriteItems: (body) =>
    z
      .object({
        TransactItems: z.array(
          z.object({ Put: Written.optional(), Update: Keyed.optional(), Delete: Keyed.optional() }),
        ),
      })
      .parse(body)
      .TransactItems.flatMap(({ Put, Update, Delete }) => Put?.Item ?? Update?.Key ?? Delete?.Key ?? []),
};

const inChunks = <VALUE>(values: readonly VALUE[], size: number): readonly VALUE[][] =>
  Array.from({ length: Math.ceil(values.length / size) }, (_, index) => values.slice(index * size, (index + 1) * size));

const textOf = ({ pk, sk }: Key): string => `${pk.S}\n${sk.S}`;

/** `next` reaches the database; `own` too, past whatever counts, delays or breaks the product's calls. */
export async function laggingReads(
  own: DynamoDBClient,
  tableName: string,
  next: { readonly handle: Handle },
): Promise<{ readonly handle: Handle }> {
  const past = `${tableName}-past`;
  await createProductTable(own, past);

  /** As the rows are now; undefined for one that is not there. */
  const readRows = async (keys: readonly Key[]): Promise<readonly (readonly [Key, Row | undefined])[]> => {
    const found = new Map<string, Row>();
    for (const Keys of inChunks(keys, 100)) {
      const { Responses } = await own.send(
        new BatchGetItemCommand({ RequestItems: { [tableName]: { Keys, ConsistentRead: true } } }),
      );
      for (const row of Responses?.[tableName] ?? []) found.set(textOf(Key.parse(row)), row);
    }
    return keys.map((key) => [key, found.get(textOf(key))]);
  };

  const remembered = new Set<string>();
  const remember = async (rows: readonly (readonly [Key, Row | undefined])[]): Promise<void> => {
    const requests = rows.flatMap(([key, row]): WriteRequest[] => {
      if (row === undefined) return remembered.delete(textOf(key)) ? [{ DeleteRequest: { Key: key } }] : [];
      remembered.add(textOf(key));
      return [{ PutRequest: { Item: row } }];
    });
    for (const some of inChunks(requests, 25)) {
      await own.send(new BatchWriteItemCommand({ RequestItems: { [past]: some } }));
    }
  };

  const send = (request: Request, body: SentBody, options: Parameters<Handle>[1]): ReturnType<Handle> => {
    const bytes = Buffer.from(JSON.stringify(body));
    const headers = { ...request.headers, 'content-length': String(bytes.length) };
    return next.handle(Object.assign(Object.create(request) as Request, { body: bytes, headers }), options);
  };

  const readPast = async (request: Request, body: SentBody, options: Parameters<Handle>[1]): ReturnType<Handle> => {
    if (operationOf(request) !== 'BatchGetItem') return await send(request, { ...body, TableName: past }, options);
    const { RequestItems } = BatchRead.parse(body);
    const { response } = await send(request, { RequestItems: { [past]: RequestItems[tableName] } }, options);
    // The client looks for what it asked of the table that it named.
    const text = (await buffer(response.body as Readable)).toString().replaceAll(`"${past}"`, `"${tableName}"`);
    response.body = Readable.from([Buffer.from(text)]);
    return { response };
  };

  return {
    async handle(request, options) {
      const body = bodyOf(request);
      const keysOf = writeKeys[operationOf(request)];
      if (keysOf === undefined) {
        return mayLag(operationOf(request), body)
          ? await readPast(request, body, options)
          : await next.handle(request, options);
      }
      const before = await readRows(keysOf(body));
      const answer = await next.handle(request, options);
      if (answer.response.statusCode === 200) await remember(before);
      return answer;
    },
  };
}
