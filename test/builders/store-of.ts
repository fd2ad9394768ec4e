import type { Store } from '../../shared/ports/store.ts';

/** A store that has only these verbs; any other one that is called says so. */
export const storeOf = (verbs: Partial<Store>): Store =>
  new Proxy(verbs, {
    get: (given, verb) => {
      const found: unknown = Reflect.get(given, verb);
      if (found !== undefined) return found;
      return () => Promise.reject(new Error(`the test's store has no ${String(verb)}`));
    },
  }) as Store;
