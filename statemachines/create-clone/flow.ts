/** create-clone: a snapshot of the source, and thin copies of it mapped and attached to every destination. See README.md. */
import { acquireSource } from '../../functions/steps/acquire-source/acquire-source.ts';
import { attachDatabase } from '../../functions/steps/attach-database/attach-database.ts';
import { beginUnwind } from '../../functions/steps/begin-unwind/begin-unwind.ts';
import { completeClone } from '../../functions/steps/complete-clone/complete-clone.ts';
import { discardSnapshot } from '../../functions/steps/discard-snapshot/discard-snapshot.ts';
import { freezeSource } from '../../functions/steps/freeze-source/freeze-source.ts';
import { mapVolumes } from '../../functions/steps/map-volumes/map-volumes.ts';
import { recordSnapshot } from '../../functions/steps/record-snapshot/record-snapshot.ts';
import { settleDestinations } from '../../functions/steps/settle-destinations/settle-destinations.ts';
import { takeSnapshot } from '../../functions/steps/take-snapshot/take-snapshot.ts';
import { thawSource } from '../../functions/steps/thaw-source/thaw-source.ts';
import { action, beginUnwindRow, type Flow, onAgent, onArray, onLock, onTable, unwinds } from '../flow-table.ts';

/** An iteration catches for itself: undo must not begin while its siblings still act. */
const failsAlone = { 'States.ALL': 'DestinationFailed' } as const;

export const createCloneFlow: Flow = {
  name: 'create-clone',
  offTheWay: ['DiscardSnapshot', 'BeginUnwind'],
  steps: [
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
      ...onArray('describe', 'locateVolumes', 'ensureSnapshot'),
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
    {
      ...onArray('ensureHost', 'ensureView', 'ensureMapping'),
      state: 'MapVolumes',
      action: action(mapVolumes),
      input: ['destination'],
      output: 'journal `view-<destination>-<index>`: serials of the copy; `mapping-<destination>-<index>`',
      undo: {
        effects: {
          mapping: 'the array takes the view away from the host',
          view: 'the array removes the view, after its mapping and before its snapshot',
        },
      },
      onFailure: failsAlone,
    },
    {
      ...onAgent('the destination host', 'attach'),
      state: 'AttachDatabase',
      action: action(attachDatabase),
      input: ['destination'],
      output: 'journal `attach-<destination>`: the database as the agent reports it',
      undo: {
        effects: { attach: 'the agent detaches by attach id, also what never arrived, before anything is unmapped' },
      },
      onFailure: failsAlone,
    },
    {
      ...onTable,
      state: 'SettleDestinations',
      action: action(settleDestinations),
      input: ['outcomes'],
      output: 'DestinationFailed, naming each destination, unless all were made',
      undo: { nothingBecause: 'it only decides' },
      onFailure: unwinds,
    },
    {
      ...onTable,
      state: 'CompleteClone',
      action: action(completeClone),
      output: 'snapshot available, clones stored and pinned, names free, task done',
      undo: { nothingBecause: 'showing the clones is the point of no return; a repetition finishes it' },
      onFailure: unwinds,
      pastPointOfNoReturn: true,
    },
    {
      ...onArray('removeSnapshot'),
      state: 'DiscardSnapshot',
      action: action(discardSnapshot),
      output: 'the snapshots of the lapsed freeze are gone; FreezeLapsed after the last try',
      undo: { nothingBecause: 'it undoes TakeSnapshot' },
      onFailure: unwinds,
    },
    { ...beginUnwindRow, action: action(beginUnwind) },
  ],
};
