import type { AgentCommand } from '../../shared/contracts/agent.ts';

/**
 * What a command must not overlap with: commands that share a key run one after the other, in the order they came.
 * A thaw shares a key only with its own freeze, because nothing else may delay it.
 */
export function laneKeys(command: AgentCommand): readonly string[] {
  switch (command.kind) {
    case 'freeze':
      return [
        `freeze:${command.arguments.freeze_id}`,
        ...command.arguments.databases.flatMap(({ id, name }) => [`id:${id}`, `name:${name.toLowerCase()}`]),
      ];
    case 'thaw':
      return [`freeze:${command.arguments.freeze_id}`];
    case 'attach':
      return [`attach:${command.arguments.attach_id}`, `name:${command.arguments.db_name.toLowerCase()}`];
    case 'swap':
      return [
        `swap:${command.arguments.swap_id}`,
        ...command.arguments.databases.flatMap(({ attach_id, database_id, db_name, backup_name }) => [
          `attach:${attach_id}`,
          `id:${database_id}`,
          `name:${db_name.toLowerCase()}`,
          ...(backup_name === null ? [] : [`name:${backup_name.toLowerCase()}`]),
        ]),
      ];
    case 'detach': {
      const { attach_id, database_id, db_name } = command.arguments;
      return [
        `name:${db_name.toLowerCase()}`,
        ...(attach_id === null ? [] : [`attach:${attach_id}`]),
        ...(database_id === null ? [] : [`id:${database_id}`]),
      ];
    }
    case 'rescan':
    case 'inventory':
      return [];
    default:
      return command satisfies never;
  }
}

/** Runs work in lanes: one at a time per key, and at most `limit` at once over all. */
export interface Lanes {
  run<T>(keys: readonly string[], work: () => Promise<T>, options: { readonly urgent: boolean }): Promise<T>;
}

/** Urgent work does not count against the limit. */
export function createLanes(limit: number): Lanes {
  const tails = new Map<string, Promise<void>>();
  const waiting: (() => void)[] = [];
  let running = 0;

  const enter = async (): Promise<void> => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
  };
  /** The place passes straight to the next in line, so nobody can slip in between. */
  const leave = (): void => {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  };

  return {
    run: async (keys, work, { urgent }) => {
      // Joining all lanes in one synchronous step gives everybody the same order in each: no deadlock.
      const before = keys.flatMap((key) => tails.get(key) ?? []);
      const { promise: done, resolve: finish } = openPromise();
      for (const key of keys) tails.set(key, done);
      try {
        await Promise.all(before);
        if (!urgent) await enter();
        try {
          return await work();
        } finally {
          if (!urgent) leave();
        }
      } finally {
        for (const key of keys) if (tails.get(key) === done) tails.delete(key);
        finish();
      }
    },
  };
}

function openPromise(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let open: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => (open = resolve));
  return { promise, resolve: () => open() };
}
