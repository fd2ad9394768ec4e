/** Grants of functions/steps/<name>: one row per step, next to what its `needs` says in code. */
import { parkingFlows, read, snapshotFlows, write, type GrantTable } from './function-grants.ts';

/** Only rows. */
const recorder = { table: [...read, ...write] };
/** A lock taken or handed over is signalled to the task token of its owner. */
const lockKeeper = { table: [...read, ...write], answersFlows: parkingFlows };
const agentCaller = { table: [...read, ...write], agentQueues: ['SendMessage'] } as const;
const arrayCaller = { table: [...read, ...write], callsArray: true };

export const stepGrants: GrantTable = {
  'acquire-source': lockKeeper,
  // Repeated after its command was answered, it wakes its own token.
  'freeze-source': { ...agentCaller, answersFlows: snapshotFlows },
  'take-snapshot': arrayCaller,
  'thaw-source': { ...agentCaller, answersFlows: snapshotFlows },
  'discard-snapshot': arrayCaller,
  'record-snapshot': lockKeeper,
  'map-volumes': arrayCaller,
  'attach-database': { ...agentCaller, answersFlows: ['create-clone'] },
  'settle-destinations': { table: ['GetItem'] },
  'complete-clone': lockKeeper,
  'complete-snapshot': { table: ['GetItem', 'Query', 'UpdateItem', 'DeleteItem'] },
  'acquire-clone': lockKeeper,
  'detach-database': agentCaller,
  'remove-volumes': arrayCaller,
  'complete-delete-clone': lockKeeper,
  'remove-array-snapshots': arrayCaller,
  'complete-delete-snapshot': recorder,
  'begin-unwind': { ...recorder, startsFlows: ['unwind'] },
  'undo-next-effect': arrayCaller,
  'undo-on-host': agentCaller,
  'report-undo-failure': recorder,
  'finish-unwind': lockKeeper,
  'mark-needs-attention': recorder,
};
