/** import-snapshot: thin copies of a snapshot that exists, mapped and attached to every destination. See README.md. */
import { beginUnwind } from '../../functions/steps/begin-unwind/begin-unwind.ts';
import { completeClone } from '../../functions/steps/complete-clone/complete-clone.ts';
import { copyRows } from '../copies.ts';
import { action, beginUnwindRow, type Flow, onTable, unwinds } from '../flow-table.ts';

export const importSnapshotFlow: Flow = {
  name: 'import-snapshot',
  offTheWay: ['BeginUnwind'],
  steps: [
    ...copyRows,
    {
      ...onTable,
      state: 'CompleteClone',
      action: action(completeClone),
      output: 'clones stored, the snapshot pinned by them and no more by the task, names free, task done',
      undo: { nothingBecause: 'showing the clones is the point of no return; a repetition finishes it' },
      onFailure: unwinds,
      pastPointOfNoReturn: true,
    },
    { ...beginUnwindRow, action: action(beginUnwind) },
  ],
};
