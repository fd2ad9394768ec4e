import { asTheTest } from './acting-as.ts';
import { apiBed, type ApiBed } from './api-bed.ts';

/** A bed over the same table where, once, something happens after a call has looked and before its task is recorded. */
export async function racingBed(bed: ApiBed, meanwhile: (racing: ApiBed) => Promise<unknown>): Promise<ApiBed> {
  let isFirst = true;
  const racing: ApiBed = await apiBed(bed.table, {
    wrapStore: (store) => ({
      ...store,
      async recordTask(...given) {
        if (isFirst) {
          isFirst = false;
          await asTheTest(() => meanwhile(racing));
        }
        return await store.recordTask(...given);
      },
    }),
  });
  return racing;
}
