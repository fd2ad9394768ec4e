/**
 * Grants of functions/steps/<name>: one row per step, next to what its `needs` says in code. What a row allows is what the
 * suite over LocalStack saw it call, and what the saga laws drive it to in failures (infra/accepted-unused-grants.ts).
 * An intent goes with a check of the task's attempt, in one transaction: `ConditionCheckItem`. A step that fails says so in
 * the task's history, and an attempt that is claimed is noted there: `PutItem`.
 */
import { parkingFlows, snapshotFlows, type GrantTable } from './function-grants.ts';

export const stepGrants: GrantTable = {
  // A lock that is taken is signalled to the task token of its owner.
  'acquire-source': { table: ['GetItem', 'PutItem', 'UpdateItem'], signalsFlows: parkingFlows },
  'acquire-databases': { table: ['GetItem', 'PutItem', 'UpdateItem'], signalsFlows: parkingFlows },
  // Where nothing needs to be frozen, or its command was answered before, it wakes its own token.
  'freeze-source': {
    table: ['GetItem', 'Query', 'ConditionCheckItem', 'PutItem', 'UpdateItem'],
    agentQueues: ['SendMessage'],
    signalsFlows: snapshotFlows,
  },
  'take-snapshot': { table: ['GetItem', 'Query', 'ConditionCheckItem', 'PutItem', 'UpdateItem'], callsArray: true },
  'thaw-source': {
    table: ['GetItem', 'PutItem'],
    agentQueues: ['SendMessage'],
    signalsFlows: snapshotFlows,
  },
  'discard-snapshot': { table: ['GetItem', 'Query', 'PutItem', 'UpdateItem'], callsArray: true },
  // A lock that is handed over is signalled to the task token of its next owner.
  'record-snapshot': {
    table: ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
    signalsFlows: parkingFlows,
  },
  'map-volumes': { table: ['GetItem', 'ConditionCheckItem', 'PutItem', 'UpdateItem'], callsArray: true },
  'attach-database': {
    table: ['GetItem', 'Query', 'ConditionCheckItem', 'PutItem'],
    agentQueues: ['SendMessage'],
    signalsFlows: ['create-clone', 'import-snapshot', 'refresh'],
  },
  'settle-destinations': { table: ['GetItem', 'PutItem'] },
  'complete-clone': {
    table: ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
    signalsFlows: parkingFlows,
  },
  'complete-snapshot': { table: ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'] },
  'swap-databases': {
    table: ['GetItem', 'BatchGetItem', 'Query', 'ConditionCheckItem', 'PutItem', 'UpdateItem'],
    agentQueues: ['SendMessage'],
    signalsFlows: ['refresh'],
  },
  'complete-refresh': {
    table: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
    signalsFlows: parkingFlows,
  },
  'detach-database': {
    table: ['GetItem', 'BatchGetItem', 'Query', 'ConditionCheckItem', 'PutItem', 'UpdateItem'],
    agentQueues: ['SendMessage'],
    signalsFlows: ['delete-clone'],
  },
  // The clones of a refresh are read at once.
  'remove-volumes': {
    table: ['GetItem', 'BatchGetItem', 'Query', 'ConditionCheckItem', 'PutItem', 'UpdateItem'],
    callsArray: true,
  },
  'complete-delete-clone': {
    table: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
    signalsFlows: parkingFlows,
  },
  'remove-array-snapshots': { table: ['GetItem', 'ConditionCheckItem', 'PutItem', 'UpdateItem'], callsArray: true },
  'complete-delete-snapshot': { table: ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'] },
  'begin-unwind': { table: ['GetItem', 'Query', 'PutItem', 'UpdateItem'], startsFlows: ['unwind'] },
  'undo-next-effect': { table: ['GetItem', 'Query', 'PutItem', 'UpdateItem'], callsArray: true },
  'undo-on-host': { table: ['GetItem', 'PutItem'], agentQueues: ['SendMessage'] },
  'report-undo-failure': { table: ['GetItem', 'PutItem', 'UpdateItem'] },
  'finish-unwind': {
    table: ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
    signalsFlows: parkingFlows,
  },
  'mark-needs-attention': { table: ['GetItem', 'Query', 'PutItem', 'UpdateItem'] },
};
