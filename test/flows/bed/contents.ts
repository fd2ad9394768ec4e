/** Everything that stands, one line per thing: read from the array, the hosts and the rows, never from the product's answers. */
import { z } from 'zod';
import type { MemoryContents } from '../../../shared/adapters/sdp-memory/array-contents.ts';
import type { HostDouble } from './host-double.ts';

const Row = z.looseObject({ pk: z.string(), sk: z.string() });
const LockRow = z.object({ owner: z.string(), waiters: z.array(z.object({ requestId: z.string() })) });
const SnapshotRow = z.object({
  state: z.string(),
  pins: z.set(z.string()).default(new Set()),
  exclusiveBy: z.string().default(''),
});
const CloneRow = z.object({ dbName: z.string(), snapshotIds: z.set(z.string()).default(new Set()) });
const DatabaseRow = z.object({ hostId: z.string(), name: z.string() });
const CommandRow = z.object({ state: z.string() });
const EffectRow = z.object({ kind: z.string(), state: z.string() });
const forwardOnlyKinds: ReadonlySet<string> = new Set(['swap', 'detach', 'remove-view', 'remove-array-snapshot']);

const linesOfRow = (given: unknown): readonly string[] => {
  const row = Row.parse(given);
  const noun = row.pk.replace(/#.*/, '');
  switch (noun) {
    case 'lock': {
      const { owner, waiters } = LockRow.parse(row);
      return [`${row.pk} owned by ${owner}`, ...waiters.map((waiter) => `${row.pk} waited for by ${waiter.requestId}`)];
    }
    case 'open-tasks':
      return [`open task ${row.sk}`];
    case 'snapshots': {
      const { state, pins, exclusiveBy } = SnapshotRow.parse(row);
      return [
        `${state} snapshot ${row.sk}`,
        ...[...pins].map((pin) => `pin ${pin} on snapshot ${row.sk}`),
        ...(exclusiveBy === '' ? [] : [`snapshot ${row.sk} exclusively of ${exclusiveBy}`]),
      ];
    }
    case 'clones': {
      const { dbName, snapshotIds } = CloneRow.parse(row);
      return [`clone row ${row.sk} ${dbName}`, ...[...snapshotIds].map((id) => `snapshot ${id} of clone ${row.sk}`)];
    }
    case 'databases': {
      const { hostId, name } = DatabaseRow.parse(row);
      return [`database row ${hostId}/${name}`];
    }
    case 'task': {
      if (row.sk.startsWith('command#')) return CommandRow.parse(row).state === 'sent' ? [`unanswered ${row.sk}`] : [];
      if (!row.sk.startsWith('effect#')) return [];
      const { kind, state } = EffectRow.parse(row);
      return state === 'undone' || forwardOnlyKinds.has(kind) ? [] : [`${row.pk} ${row.sk} ${state}`];
    }
    default:
      return [];
  }
};

export const contentLines = (
  array: MemoryContents,
  hosts: ReadonlyMap<string, HostDouble>,
  rows: readonly unknown[],
): readonly string[] =>
  [
    ...array.snapshots.map(({ name, source }) => `array snapshot ${name} of ${source}`),
    ...array.views.map(({ name, snapshot }) => `array view ${name} of ${snapshot}`),
    ...array.mappings.map(({ view, host }) => `array mapping of ${view} to ${host}`),
    ...[...hosts].flatMap(([hostId, host]) => [
      ...[...host.databases.values()].map((database) => `host database ${hostId}/${database.name}`),
      ...host.freezes().map((freezeId) => `host freeze ${hostId}/${freezeId}`),
    ]),
    ...rows.flatMap(linesOfRow),
  ].toSorted();
