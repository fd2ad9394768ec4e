/** The second half: clones from one snapshot to two hosts, then refreshes of them from a newer one. */
import {
  findBackup,
  importSnapshot,
  inSession,
  type LevelledSnapshot,
  moveOn,
  refresh,
  refuseUnlessOnArray,
  takeSnapshot,
} from './copy-steps.ts';
import { checksum } from './data-set.ts';
import { bug, destination, type Place, qa } from './demo-hosts.ts';
import type { StepName } from './demo-report.ts';
import { deleteSnapshot, query, type QueryOutcome, refuseUnlikeSource, type TakenSnapshot } from './demo-steps.ts';
import type { Stage } from './stage.ts';
import { count, type Telling } from './telling.ts';

/** After the last refresh. */
const snapshotsLeft = 2;
/** The three clones and the backup. */
const databasesLeft = 4;

const at = ({ hostId, database }: Place): string => `${database} on ${hostId}`;

export class RefreshStory {
  readonly #tell: Telling;
  readonly #stage: Stage;

  constructor(tell: Telling, stage: Stage) {
    this.#tell = tell;
    this.#stage = stage;
  }

  /** `first`: what the clone was made from. The snapshots that are left, to be deleted after the clones. */
  async play(first: TakenSnapshot): Promise<readonly string[]> {
    const older = await this.#snapshot('crash-snapshot', 'crash');
    const imported = await this.#import(older);
    await moveOn(this.#stage.from);
    const newer = await this.#snapshot('app-snapshot', 'application');
    await this.#keepBackup(older, newer, imported);
    await this.#refresh(first, newer);
    return [older.snapshotId, newer.snapshotId];
  }

  #snapshot(name: 'crash-snapshot' | 'app-snapshot', level: 'crash' | 'application'): Promise<LevelledSnapshot> {
    const { writer } = this.#stage;
    return this.#tell.step({
      name,
      doing: () => `taking a snapshot at ${level} level; the writer is at row ${count(writer.acknowledged())}`,
      work: () => takeSnapshot(this.#stage, level),
      said: ({ snapshotId, acknowledged }) => [
        `${snapshotId} at ${level} level; ${count(acknowledged)} of the writer's rows were acknowledged before it`,
      ],
    });
  }

  /** Throws unless the database holds what the source held at the snapshot. */
  async #compare(step: StepName, place: Place, snapshot: LevelledSnapshot): Promise<QueryOutcome> {
    const { from } = this.#stage;
    const { rows } = this.#tell;
    const found = await inSession(this.#stage, place, (copy) => query(from, copy, rows, snapshot.acknowledged));
    this.#note(step, place, snapshot, found.source, found.clone);
    refuseUnlikeSource(found);
    return found;
  }

  #note(step: StepName, { hostId, database }: Place, { level }: LevelledSnapshot, ofSource: string, ofCopy: string) {
    this.#tell.findings.copies.push({
      step,
      host: hostId,
      database,
      consistency_level: level,
      checksum_source: ofSource,
      checksum_copy: ofCopy,
    });
  }

  #import(snapshot: LevelledSnapshot): Promise<QueryOutcome> {
    const { api } = this.#stage;
    return this.#tell.step({
      name: 'import',
      doing: () => `cloning to ${bug.hostId} and ${qa.hostId} from ${snapshot.snapshotId}`,
      work: async () => {
        await importSnapshot(api, snapshot.snapshotId, [bug, qa]);
        await this.#compare('import', bug, snapshot);
        return await this.#compare('import', qa, snapshot);
      },
      said: ({ highest, clone: sum }) => [
        `${at(bug)} and ${at(qa)}, both from ${snapshot.snapshotId},`,
        `with the writer's rows 1 to ${count(highest)}; source and both clones: ${sum}`,
      ],
    });
  }

  /** `imported`: what the database was made of until now, from `older`. */
  async #keepBackup(older: LevelledSnapshot, newer: LevelledSnapshot, imported: QueryOutcome): Promise<void> {
    const { api } = this.#stage;
    await this.#tell.step({
      name: 'keep-backup',
      doing: () => `refreshing ${at(qa)} from ${newer.snapshotId}, its old content kept`,
      work: async () => {
        await refresh(api, qa, newer.snapshotId, true);
        const found = await this.#compare('keep-backup', qa, newer);
        const backup = await findBackup(api, qa);
        const kept = await inSession(this.#stage, backup, (session) => checksum(session, imported.highest));
        this.#note('keep-backup', backup, older, imported.source, kept);
        if (kept !== imported.clone) throw new Error(`${backup.database} is not what ${qa.database} was`);
        return { found, backup, kept };
      },
      said: ({ found, backup, kept }) => [
        `${at(qa)} was refreshed from ${newer.snapshotId} and answers on the same port,`,
        `with the writer's rows 1 to ${count(found.highest)}; source and ${qa.database}: ${found.clone}`,
        `${backup.database} runs beside it, as it was: ${kept}`,
      ],
    });
  }

  /** Nothing is kept, so what it was made from until now is free. */
  async #refresh(first: TakenSnapshot, newer: LevelledSnapshot): Promise<void> {
    const { api } = this.#stage;
    await this.#tell.step({
      name: 'refresh',
      doing: () => `refreshing ${at(destination)} from ${newer.snapshotId}`,
      work: async () => {
        const { before, after } = await refresh(api, destination, newer.snapshotId, false);
        if (after.id !== before.id) throw new Error(`${destination.database} has another id than before`);
        const found = await this.#compare('refresh', destination, newer);
        await deleteSnapshot(api, first.snapshotId);
        await refuseUnlessOnArray(this.#stage.site, snapshotsLeft, databasesLeft);
        return { id: after.id, found };
      },
      said: ({ id, found }) => [
        `${at(destination)} was refreshed from it too, and kept its id ${id} and its port,`,
        `with the writer's rows 1 to ${count(found.highest)}; source and ${destination.database}: ${found.clone}`,
        `nothing was kept, so ${first.snapshotId} could be deleted; the array lists`,
        `${String(snapshotsLeft)} snapshots and the views of ${String(databasesLeft)} databases, and nothing else of them`,
      ],
    });
  }
}
