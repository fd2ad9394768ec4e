import type { Host } from '../../../agent/execution/host.ts';
import type { Registry } from '../../../agent/registry/registry.ts';

class Death extends Error {}

/**
 * The same host, whose agent dies at the `at`th thing it does, just before or just after doing it: from then on nothing
 * it tries has any effect. `steps` tells how many things it did.
 */
export function mortal(host: Host, at: number, when: 'before' | 'after'): { readonly host: Host; steps(): number } {
  let steps = 0;
  let dead = false;
  const look = <T>(work: () => Promise<T>): Promise<T> => (dead ? Promise.reject(new Death()) : work());
  const act = async <T>(work: () => Promise<T>): Promise<T> => {
    if (dead) throw new Death();
    steps += 1;
    const isLast = steps === at;
    if (isLast) dead = true;
    if (isLast && when === 'before') throw new Death();
    const result = await work();
    if (isLast) throw new Death();
    return result;
  };
  const { engine, registry } = host;
  const change: Registry['change'] = (edit) => act(() => registry.change(edit));
  return {
    steps: () => steps,
    host: {
      ...host,
      engine: {
        ...engine,
        describe: (database) => look(() => engine.describe(database)),
        start: (database) => act(() => engine.start(database)),
        stop: (database) => act(() => engine.stop(database)),
        discard: (database) => act(() => engine.discard(database)),
      },
      registry: {
        ...registry,
        change,
        read: () => look(() => registry.read()),
        bury: (id) => act(() => registry.bury(id)),
        remove: (id) => act(() => registry.remove(id)),
      },
    },
  };
}
