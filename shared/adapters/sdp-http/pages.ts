/** One answer to a list; `total` counts all that match, not only the page. */
export interface Page<T> {
  readonly hits: readonly T[];
  readonly total: number;
}

/**
 * All pages of a list that is sorted by id, each continued behind the last id of the one before. An offset would count
 * from the front anew at every page, and skip an object for each one removed meanwhile: this way nothing that existed
 * throughout is missed and nothing comes twice, however short the pages.
 *
 * @param refuse makes the error for an array that does not continue where it was asked to.
 */
export const readPages = async <T extends { readonly id: number }>(
  readPage: (afterId: number | undefined) => Promise<Page<T>>,
  refuse: (reason: string) => Error,
): Promise<T[]> => {
  const all: T[] = [];
  for (;;) {
    const lastId = all.at(-1)?.id;
    const { hits, total } = await readPage(lastId);
    const isWhole = hits.length >= total;
    // Of a list on one page the order does not matter.
    if (lastId === undefined && isWhole) return [...hits].sort((one, other) => one.id - other.id);
    if (!isAscending([lastId ?? 0, ...hits.map(({ id }) => id)])) {
      throw refuse('it does not serve the pages of a list in the order of ids');
    }
    all.push(...hits);
    if (isWhole) return all;
  }
};

const isAscending = (ids: readonly number[]): boolean =>
  ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? 0));
