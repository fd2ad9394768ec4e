/** The data of the demo: a loaded table, a table a writer adds to, and one checksum over both. */
import type { SqlSession } from './sql-session.ts';

const batchRows = 50_000;

/** Makes both tables and loads `rows` orders; `onRows` hears how many there are. */
export async function load(source: SqlSession, rows: number, onRows: (loaded: number) => void): Promise<void> {
  await source.run(
    'CREATE TABLE orders (id bigint PRIMARY KEY, customer text NOT NULL, item text NOT NULL, quantity int NOT NULL, note text NOT NULL)',
  );
  await source.run('CREATE TABLE ticks (n bigint PRIMARY KEY, note text NOT NULL)');
  for (let from = 1; from <= rows; from += batchRows) {
    const to = Math.min(rows, from + batchRows - 1);
    await source.run(
      `INSERT INTO orders
         SELECT id, 'customer-' || id % 9973, 'item-' || id % 499, 1 + id % 20, md5(id::text) || md5((id + 1)::text)
           FROM generate_series($1::bigint, $2::bigint) AS id`,
      [from, to],
    );
    onRows(to);
  }
}

export const countOrders = async (database: SqlSession): Promise<number> =>
  Number(await database.value('SELECT count(*) FROM orders'));

/** Highest number the writer's rows have here; 0 when there are none. */
export const highestTick = async (database: SqlSession): Promise<number> =>
  Number(await database.value('SELECT coalesce(max(n), 0) FROM ticks'));

/** How many numbers from 1 to `upTo` are missing. */
export const missingTicks = async (database: SqlSession, upTo: number): Promise<number> =>
  upTo - Number(await database.value('SELECT count(*) FROM ticks WHERE n BETWEEN 1 AND $1', [upTo]));

/** Every column of every order, and of the writer's rows up to `upTo`. Sums, so that the order of rows does not matter. */
export const checksum = (database: SqlSession, upTo: number): Promise<string> =>
  database.value(
    `WITH loaded AS (SELECT count(*) AS rows, coalesce(sum(hashtextextended(orders::text, 0)::numeric), 0) AS sum FROM orders),
          written AS (SELECT count(*) AS rows, coalesce(sum(hashtextextended(ticks::text, 0)::numeric), 0) AS sum FROM ticks WHERE n <= $1)
     SELECT md5(concat_ws(':', loaded.rows, loaded.sum, written.rows, written.sum)) FROM loaded, written`,
    [upTo],
  );
