/** Grants of functions/api/<capability>. */
import { parkingFlows, type GrantTable } from './function-grants.ts';

/** Every capability reads a token with its user (BatchGetItem) and notes the last use of an app's (UpdateItem). */
export const apiGrants: GrantTable = {
  auth: {
    table: ['GetItem', 'BatchGetItem', 'Query', 'ConditionCheckItem', 'PutItem', 'UpdateItem', 'DeleteItem'],
  },
  // A host that names an array is registered on condition that nobody removes that array.
  hosts: { table: ['GetItem', 'BatchGetItem', 'Query', 'ConditionCheckItem', 'PutItem', 'UpdateItem', 'DeleteItem'] },
  databases: { table: ['GetItem', 'BatchGetItem', 'Query', 'UpdateItem'] },
  clones: {
    table: ['GetItem', 'BatchGetItem', 'Query', 'ConditionCheckItem', 'PutItem', 'UpdateItem'],
    startsFlows: ['create-clone', 'import-snapshot', 'delete-clone'],
  },
  snapshots: {
    table: ['GetItem', 'BatchGetItem', 'Query', 'ConditionCheckItem', 'PutItem', 'UpdateItem'],
    startsFlows: ['create-snapshot', 'delete-snapshot'],
  },
  refresh: {
    table: ['GetItem', 'BatchGetItem', 'Query', 'ConditionCheckItem', 'PutItem', 'UpdateItem'],
    startsFlows: ['refresh'],
  },
  // Cancel fails what is parked; a lock that came to the task meanwhile goes on to the next in its queue.
  tasks: {
    table: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
    signalsFlows: parkingFlows,
    failsFlows: parkingFlows,
  },
  sdps: { table: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'], callsArray: true },
  // That a command was refused is noted on condition that its attempt is the task's: ConditionCheckItem.
  agents: {
    table: ['GetItem', 'BatchGetItem', 'Query', 'ConditionCheckItem', 'PutItem', 'UpdateItem', 'DeleteItem'],
    callsArray: true,
    signalsFlows: [...parkingFlows, 'unwind'],
    failsFlows: [...parkingFlows, 'unwind'],
    beatsFlows: [...parkingFlows, 'unwind'],
    lendsAgentCredentials: true,
    agentQueues: ['CreateQueue', 'SetQueueAttributes'],
  },
};
