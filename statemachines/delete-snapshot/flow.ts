/** delete-snapshot: a snapshot nobody needs is removed from the array and forgotten. See README.md. */
import { beginUnwind } from '../../functions/steps/begin-unwind/begin-unwind.ts';
import { completeDeleteSnapshot } from '../../functions/steps/complete-delete-snapshot/complete-delete-snapshot.ts';
import { removeArraySnapshots } from '../../functions/steps/remove-array-snapshots/remove-array-snapshots.ts';
import { action, beginUnwindRow, type Flow, onArray, onTable, unwinds } from '../flow-table.ts';

export const deleteSnapshotFlow: Flow = {
  name: 'delete-snapshot',
  offTheWay: ['BeginUnwind'],
  steps: [
    {
      ...onArray('removeSnapshot'),
      state: 'RemoveArraySnapshots',
      action: action(removeArraySnapshots),
      output: 'the array snapshots are gone',
      undo: {
        effects: {
          'remove-array-snapshot': 'forward only; one that the array refused is taken out of the journal again',
        },
      },
      onFailure: unwinds,
      pastPointOfNoReturn: true,
    },
    {
      ...onTable,
      state: 'CompleteDeleteSnapshot',
      action: action(completeDeleteSnapshot),
      output: 'snapshot row forgotten, task done',
      undo: { nothingBecause: 'a repetition finishes it' },
      onFailure: unwinds,
      pastPointOfNoReturn: true,
    },
    { ...beginUnwindRow, action: action(beginUnwind) },
  ],
};
