/**
 * A partition too large for one page is read from both its ends at once, until the two meet: pages follow each other only
 * by the key that the last one ended with, and nobody knows a key in the middle.
 */

export interface RowsPage<ROW> {
  /** In the order of the reading. */
  readonly rows: readonly ROW[];
  /** Where the next page begins; undefined at the end. */
  readonly next: Record<string, unknown> | undefined;
}

export type ReadPage<ROW> = (isReverse: boolean, from: Record<string, unknown> | undefined) => Promise<RowsPage<ROW>>;

/** All rows, in the order of their keys; a partition of one page costs one call. */
export async function readFromBothEnds<ROW>(
  readPage: ReadPage<ROW>,
  keyOf: (row: ROW) => string,
): Promise<readonly ROW[]> {
  const first = await readPage(false, undefined);
  if (first.next === undefined) return first.rows;
  const front = [...first.rows];
  const back: ROW[] = [];
  const haveMet = (): boolean => {
    const [low, high] = [front.at(-1), back.at(-1)];
    return low !== undefined && high !== undefined && keyOf(low) >= keyOf(high);
  };
  let isRead = false;
  const walk = async (isReverse: boolean, into: ROW[], begin: Record<string, unknown> | undefined): Promise<void> => {
    let from = begin;
    do {
      const page = await readPage(isReverse, from);
      into.push(...page.rows);
      from = page.next;
      isRead ||= from === undefined;
    } while (from !== undefined && !isRead && !haveMet());
  };
  await Promise.all([walk(false, front, first.next), walk(true, back, undefined)]);
  const last = front.at(-1);
  return [...front, ...back.filter((row) => last === undefined || keyOf(row) > keyOf(last)).toReversed()];
}
