import { ApiError } from '../api-error.ts';

/** Does one item's part of a request; when it is refused, the message tells which item it is, if there are several. */
export function inItem<Result>(index: number, count: number, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (count === 1 || !(error instanceof ApiError)) throw error;
    throw new ApiError(error.status, `item ${index + 1} of ${count}: ${error.message}`, { cause: error });
  }
}
