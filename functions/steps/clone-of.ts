/** Catalogue rows and results of copies that were made. */
import type { Clone } from '../../shared/domain/clone.ts';
import type { Effect } from '../../shared/domain/effect.ts';
import type { CloneResult, Task } from '../../shared/domain/task.ts';
import type { CopyFacts } from './copy.ts';
import { viewEffectId } from './effect-of.ts';

/** `made`: what the database is called now, by the agent's word. */
export function cloneOf(
  task: Pick<Task, 'requestId'>,
  { copy, snapshot, database, indices }: CopyFacts,
  index: number,
  effects: readonly Effect[],
  made: {
    readonly dbId: string;
    readonly uid: string;
    readonly dbName: string;
    readonly atSeconds: number;
    readonly isRestored: boolean;
  },
): Clone {
  const views = indices.flatMap((part) =>
    effects.filter((effect) => effect.effectId === viewEffectId(index, part)).map((effect) => effect.name),
  );
  return {
    hostId: copy.hostId,
    dbId: made.dbId,
    uid: made.uid,
    dbName: made.dbName,
    sourceHostId: snapshot.hostId,
    sourceDbId: database.dbId,
    sourceUid: database.uid,
    sourceDbName: database.dbName,
    snapshotId: snapshot.snapshotId,
    sdpId: snapshot.sdpId,
    views,
    requestId: task.requestId,
    createdAtSeconds: made.atSeconds,
    isRestored: made.isRestored,
    snapshotIds: new Set(),
  };
}

export const resultOf = (clone: Clone): CloneResult => ({
  id: clone.dbId,
  name: clone.dbName,
  hostId: clone.hostId,
  sourceHostId: clone.sourceHostId,
  sourceDbId: clone.sourceDbId,
  sourceDbName: clone.sourceDbName,
});
