/** create-clone: a snapshot of the source, and thin copies of it mapped and attached to every destination. See README.md. */
import { attachDatabase } from '../../functions/steps/attach-database/attach-database.ts';
import { beginUnwind } from '../../functions/steps/begin-unwind/begin-unwind.ts';
import { completeClone } from '../../functions/steps/complete-clone/complete-clone.ts';
import { mapVolumes } from '../../functions/steps/map-volumes/map-volumes.ts';
import { settleDestinations } from '../../functions/steps/settle-destinations/settle-destinations.ts';
import { action, beginUnwindRow, type Flow, onAgent, onArray, onTable, unwinds } from '../flow-table.ts';
import { discardSnapshotRow, sourceSnapshotRows } from '../source-snapshot.ts';

/** An iteration catches for itself: undo must not begin while its siblings still act. */
const failsAlone = { 'States.ALL': 'DestinationFailed' } as const;

export const createCloneFlow: Flow = {
  name: 'create-clone',
  offTheWay: ['DiscardSnapshot', 'BeginUnwind'],
  steps: [
    ...sourceSnapshotRows,
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
    discardSnapshotRow,
    { ...beginUnwindRow, action: action(beginUnwind) },
  ],
};
