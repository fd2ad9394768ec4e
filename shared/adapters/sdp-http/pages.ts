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
 * An end that comes before all of the first page's total is not believed: objects were removed meanwhile, or the array
 * does not know `id__gt` and finds nothing by it.
 *
 * @param refuse makes the error for an array that does not continue where it was asked to.
 * @param unavailable makes the error for one that has more than it serves.
 */
export const readPages = async <T extends { readonly id: number }>(
  readPage: (afterId: number | undefined) => Promise<Page<T>>,
  refuse: (reason: string) => Error,
  unavailable: (reason: string) => Error,
): Promise<T[]> => {
  const all: T[] = [];
  let firstTotal = 0;
  let isDoubted = false;
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
    firstTotal ||= total;
    if (!isWhole) continue;
    if (all.length >= firstTotal) return all;
    const totalNow = (await readPage(undefined)).total;
    if (totalNow <= all.length) return all;
    if (isDoubted && hits.length === 0) throw unavailable(`it serves ${all.length} of ${totalNow} objects`);
    isDoubted = true;
  }
};

const isAscending = (ids: readonly number[]): boolean =>
  ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? 0));
