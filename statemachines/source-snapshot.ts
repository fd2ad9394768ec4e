/** The rows that every flow begins with that takes a snapshot of source databases. */
import { acquireSource } from '../functions/steps/acquire-source/acquire-source.ts';
import { discardSnapshot } from '../functions/steps/discard-snapshot/discard-snapshot.ts';
import { freezeSource } from '../functions/steps/freeze-source/freeze-source.ts';
import { recordSnapshot } from '../functions/steps/record-snapshot/record-snapshot.ts';
import { takeSnapshot } from '../functions/steps/take-snapshot/take-snapshot.ts';
import { thawSource } from '../functions/steps/thaw-source/thaw-source.ts';
import { action, type FlowStep, onAgent, onArray, onLock, onTable, unwinds } from './flow-table.ts';

/** From the locks of the sources to a pending snapshot row; the sources are free then. */
export const sourceSnapshotRows: readonly FlowStep[] = [
  {
    ...onLock,
    state: 'AcquireSource',
    action: action(acquireSource),
    output: 'the locks of the source databases',
    undo: { nothingBecause: 'a lock is no effect outside the table: RecordSnapshot or FinishUnwind releases it' },
    onFailure: unwinds,
  },
  {
    ...onAgent('the source host', 'freeze'),
    state: 'FreezeSource',
    action: action(freezeSource),
    output: "journal `freeze-<round>`: each database's restore point; the task's freeze round",
    undo: { effects: { freeze: 'the agent thaws; if it is silent, the freeze ends by itself' } },
    onFailure: unwinds,
  },
  {
    ...onArray('locateVolumes', 'ensureSnapshot'),
    state: 'TakeSnapshot',
    action: action(takeSnapshot),
    output: 'journal `array-snapshot-<round>-<index>`: array id, instant, origin, and the disks that lie in it',
    undo: { effects: { 'array-snapshot': 'the array removes the snapshot' } },
    onFailure: unwinds,
  },
  {
    ...onAgent('the source host', 'thaw'),
    state: 'ThawSource',
    action: action(thawSource),
    output: 'the freeze is undone in the journal; FreezeLapsed when it was not held throughout',
    undo: { nothingBecause: 'it undoes the freeze itself' },
    onFailure: { FreezeLapsed: 'DiscardSnapshot', ...unwinds },
  },
  {
    ...onTable,
    state: 'RecordSnapshot',
    action: action(recordSnapshot),
    output: 'a pending snapshot row pinned by the task, its id on the task; the source locks are free',
    undo: { nothingBecause: 'FinishUnwind discards the pending row' },
    onFailure: unwinds,
  },
];

/** Off the way: what a lapsed freeze left, before the next round. */
export const discardSnapshotRow: FlowStep = {
  ...onArray('removeSnapshot'),
  state: 'DiscardSnapshot',
  action: action(discardSnapshot),
  output: 'the snapshots of the lapsed freeze are gone; FreezeLapsed after the last try',
  undo: { nothingBecause: 'it undoes TakeSnapshot' },
  onFailure: unwinds,
};
