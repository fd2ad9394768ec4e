/** create-clone: a snapshot of the source, and thin copies of it mapped and attached to every destination. See README.md. */
import { beginUnwind } from '../../functions/steps/begin-unwind/begin-unwind.ts';
import { completeClone } from '../../functions/steps/complete-clone/complete-clone.ts';
import { copyRows } from '../copies.ts';
import { action, beginUnwindRow, type Flow, onTable, unwinds } from '../flow-table.ts';
import { discardSnapshotRow, sourceSnapshotRows } from '../source-snapshot.ts';

export const createCloneFlow: Flow = {
  name: 'create-clone',
  offTheWay: ['DiscardSnapshot', 'BeginUnwind'],
  steps: [
    ...sourceSnapshotRows,
    ...copyRows,
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
