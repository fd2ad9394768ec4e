/** Grants of functions/api/<capability>. */
import { parkingFlows, type GrantTable } from './function-grants.ts';

export const apiGrants: GrantTable = {
  auth: { table: ['GetItem', 'PutItem'] },
  hosts: { table: ['GetItem', 'Query', 'PutItem', 'DeleteItem'] },
  databases: { table: ['GetItem', 'Query'] },
  clones: {
    table: ['GetItem', 'BatchGetItem', 'Query', 'ConditionCheckItem', 'PutItem'],
    startsFlows: ['create-clone', 'delete-clone'],
  },
  snapshots: { table: ['GetItem', 'Query', 'PutItem', 'UpdateItem'], startsFlows: ['delete-snapshot'] },
  // Cancel fails what is parked; a lock that came to the task meanwhile goes on to the next in its queue.
  tasks: {
    table: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
    signalsFlows: parkingFlows,
    failsFlows: parkingFlows,
  },
  agents: {
    table: ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
    callsArray: true,
    signalsFlows: [...parkingFlows, 'unwind'],
    failsFlows: [...parkingFlows, 'unwind'],
    beatsFlows: [...parkingFlows, 'unwind'],
    lendsAgentCredentials: true,
    agentQueues: ['CreateQueue', 'SetQueueAttributes'],
  },
};
