/** refresh: databases get the volumes of a snapshot and keep their names. See README.md. */
import { acquireDatabases } from '../../functions/steps/acquire-databases/acquire-databases.ts';
import { beginUnwind } from '../../functions/steps/begin-unwind/begin-unwind.ts';
import { completeRefresh } from '../../functions/steps/complete-refresh/complete-refresh.ts';
import { removeVolumes } from '../../functions/steps/remove-volumes/remove-volumes.ts';
import { swapDatabases } from '../../functions/steps/swap-databases/swap-databases.ts';
import { copyRows } from '../copies.ts';
import { action, beginUnwindRow, type Flow, onAgent, onArray, onLock, onTable, unwinds } from '../flow-table.ts';

export const refreshFlow: Flow = {
  name: 'refresh',
  offTheWay: ['BeginUnwind'],
  steps: [
    {
      ...onLock,
      state: 'AcquireDatabases',
      action: action(acquireDatabases),
      output: 'the locks of the databases',
      undo: { nothingBecause: 'a lock is no effect outside the table: CompleteRefresh or FinishUnwind releases it' },
      onFailure: unwinds,
    },
    ...copyRows,
    {
      ...onAgent('the host of the databases', 'swap'),
      state: 'SwapDatabases',
      action: action(swapDatabases),
      output: 'journal `swap`: each database that is in service now, as the agent reports it',
      undo: {
        effects: {
          swap: 'forward only: a copy that may be in service stays; an agent that refused left every database as it was',
        },
      },
      onFailure: unwinds,
      pastPointOfNoReturn: true,
    },
    {
      ...onArray('removeMappings', 'removeView'),
      state: 'RemoveVolumes',
      action: action(removeVolumes),
      output: 'the views of clones that were replaced and not kept are gone',
      undo: { effects: { 'remove-view': 'forward only' } },
      onFailure: unwinds,
      pastPointOfNoReturn: true,
    },
    {
      ...onTable,
      state: 'CompleteRefresh',
      action: action(completeRefresh),
      output: 'lineage swapped, the old snapshot free unless a backup keeps it, locks free, task done',
      undo: { nothingBecause: 'a repetition finishes it' },
      onFailure: unwinds,
      pastPointOfNoReturn: true,
    },
    { ...beginUnwindRow, action: action(beginUnwind) },
  ],
};
