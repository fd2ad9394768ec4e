/** delete-clone: the clone is detached from its host and its thin volumes are removed. See README.md. */
import { acquireDatabases } from '../../functions/steps/acquire-databases/acquire-databases.ts';
import { beginUnwind } from '../../functions/steps/begin-unwind/begin-unwind.ts';
import { completeDeleteClone } from '../../functions/steps/complete-delete-clone/complete-delete-clone.ts';
import { detachDatabase } from '../../functions/steps/detach-database/detach-database.ts';
import { removeArraySnapshots } from '../../functions/steps/remove-array-snapshots/remove-array-snapshots.ts';
import { removeVolumes } from '../../functions/steps/remove-volumes/remove-volumes.ts';
import { action, beginUnwindRow, type Flow, onAgent, onArray, onLock, onTable, unwinds } from '../flow-table.ts';

export const deleteCloneFlow: Flow = {
  name: 'delete-clone',
  offTheWay: ['BeginUnwind'],
  steps: [
    {
      ...onLock,
      state: 'AcquireDatabases',
      action: action(acquireDatabases),
      output: 'the lock of the clone',
      undo: {
        nothingBecause: 'a lock is no effect outside the table: CompleteDeleteClone or FinishUnwind releases it',
      },
      onFailure: unwinds,
    },
    {
      ...onAgent('the host of the clone', 'detach'),
      state: 'DetachDatabase',
      action: action(detachDatabase),
      output: 'the database is stopped and forgotten by its host',
      undo: {
        effects: {
          detach:
            'forward only: a database that may be gone is not brought back; an agent that refused left it as it was',
        },
      },
      onFailure: unwinds,
      pastPointOfNoReturn: true,
    },
    {
      ...onArray('removeSnapshot'),
      state: 'RemoveArraySnapshots',
      action: action(removeArraySnapshots),
      output: 'with a cascade: the array snapshots taken of the clone are gone, which its views could not go before',
      undo: { effects: { 'remove-array-snapshot': 'forward only' } },
      onFailure: unwinds,
      pastPointOfNoReturn: true,
    },
    {
      ...onArray('removeMappings', 'removeView'),
      state: 'RemoveVolumes',
      action: action(removeVolumes),
      output: 'the views of the clone are gone',
      undo: { effects: { 'remove-view': 'forward only' } },
      onFailure: unwinds,
      pastPointOfNoReturn: true,
    },
    {
      ...onTable,
      state: 'CompleteDeleteClone',
      action: action(completeDeleteClone),
      output: 'clone, its pin and the snapshots that go with it forgotten, lock free, task done',
      undo: { nothingBecause: 'a repetition finishes it' },
      onFailure: unwinds,
      pastPointOfNoReturn: true,
    },
    { ...beginUnwindRow, action: action(beginUnwind) },
  ],
};
