/** create-snapshot: one consistent point of databases of one host, kept on the array. See README.md. */
import { beginUnwind } from '../../functions/steps/begin-unwind/begin-unwind.ts';
import { completeSnapshot } from '../../functions/steps/complete-snapshot/complete-snapshot.ts';
import { action, beginUnwindRow, type Flow, onTable, unwinds } from '../flow-table.ts';
import { discardSnapshotRow, sourceSnapshotRows } from '../source-snapshot.ts';

export const createSnapshotFlow: Flow = {
  name: 'create-snapshot',
  offTheWay: ['DiscardSnapshot', 'BeginUnwind'],
  steps: [
    ...sourceSnapshotRows,
    {
      ...onTable,
      state: 'CompleteSnapshot',
      action: action(completeSnapshot),
      output: 'snapshot available and free of pins, task done',
      undo: { nothingBecause: 'showing the snapshot is the point of no return; a repetition finishes it' },
      onFailure: unwinds,
      pastPointOfNoReturn: true,
    },
    discardSnapshotRow,
    { ...beginUnwindRow, action: action(beginUnwind) },
  ],
};
